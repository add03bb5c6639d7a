"""Offices' topics on a real Kafka."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from consumers.dead_letters.reading import Range, Replay, read, target
from consumers.kafka.records import Record, config, lean
from consumers.loop.membership import connect
from consumers.queues import transaction as outbox
from consumers.queues.delivery import plan
from consumers.queues.dispatcher import Dispatcher
from consumers.queues.transaction import NotCommitted, Outbox
from schemas.events.topics import queue_topic
from tests.consumers.conftest import Rig
from tests.consumers.events import Life, Sent, answered, transferred

PATIENCE_SECONDS = 30


@contextmanager
def dispatching(rig: Rig, group: str = "") -> Iterator[Dispatcher]:
    consumer = connect(rig.service, rig.dispatcher, group or rig.name, "")
    assert consumer is not None
    producer = outbox.connect(rig.dispatcher)
    try:
        yield Dispatcher(consumer, Outbox(producer, consumer))
    finally:
        producer.close(timeout=1)
        consumer.close(timeout_ms=1000)  # leaving a group that rebalances may take long


def queue_of(rig: Rig, office: str, *lives: Life) -> list[Record]:
    """The committed records of these petitions in the office's topic."""
    consumer = lean(KafkaConsumer(**config(rig.dispatcher, "look")))
    tp = TopicPartition(queue_topic(office).name, 0)
    consumer.assign([tp])
    consumer.seek_to_beginning(tp)
    end, found = consumer.end_offsets([tp])[tp], []
    while (consumer.position(tp) or 0) < end:
        found += consumer.poll(timeout_ms=500).get(tp, [])
    consumer.close()
    keys = {life.petition_id.encode() for life in lives}
    return [record for record in found if record.key in keys]


def until(step: Callable[[], object], done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < end, "it did not happen"
        step()


def test_each_office_gets_its_events_once_and_in_order(rig: Rig) -> None:
    """The owner gets a case's events in order with their headers; the next owner gets the transfer and what follows; no contact."""
    lives = [Life(office="so-yt") for _ in range(10)]
    for life in lives:
        life.begins()
        transferred(life, "ward-00004")
        answered(life)
    rig.write(*(sent for life in lives for sent in life.sent))
    with dispatching(rig) as dispatcher:
        until(lambda: dispatcher.step(7, 200), lambda: len(queue_of(rig, "ward-00004", *lives)) >= 20)
        until(lambda: dispatcher.step(1000, 200), lambda: dispatcher.step(1000, 500) == 0)

    for life in lives:
        assert [record.key for record in queue_of(rig, "so-yt", life)] == [life.petition_id.encode()] * 2
        later = queue_of(rig, "ward-00004", life)
        assert [json.loads(record.value or b"")["seq"] for record in later] == [2, 3]
        assert [record.headers for record in later] == [sent.headers for sent in life.sent[1:]]
    assert all(b"contact_sealed" not in (record.value or b"") for record in queue_of(rig, "so-yt", *lives))


def test_what_was_not_committed_is_delivered_once_later(rig: Rig) -> None:
    """After an aborted transaction nothing can be seen; the next try delivers each event once."""
    life = Life(office="so-tc")
    rig.write(life.begins())
    with dispatching(rig) as dispatcher:
        box = dispatcher._box
        commit, box._producer.commit_transaction = box._producer.commit_transaction, _fails
        until(lambda: dispatcher.step(1000, 200), lambda: box._looked_at == float("-inf"))
        assert queue_of(rig, "so-tc", life) == []
        box._producer.commit_transaction = commit
        until(lambda: dispatcher.step(1000, 200), lambda: bool(queue_of(rig, "so-tc", life)))
        until(lambda: None, lambda: dispatcher.step(1000, 500) == 0)

    assert len(queue_of(rig, "so-tc", life)) == 1


def _fails() -> None:
    raise KafkaError("the commit does not happen")


def test_an_undeliverable_event_holds_up_nobody(rig: Rig) -> None:
    """An office without topic: its delivery is parked with the office's name; the other office gets the event all the same."""
    life = Life(office="so-nv")
    life.begins()
    transferred(life, "so-tp")
    sent = life.sent[1]
    spoilt = Sent(sent.event, sent.key, sent.value.replace(b'"from_office":"so-nv"', b'"from_office":"so-old"'), sent.headers)
    rig.write(life.sent[0], spoilt)
    with dispatching(rig) as dispatcher:
        until(lambda: dispatcher.step(1000, 200), lambda: bool(queue_of(rig, "so-tp", life)))
    letters = [letter for letter in read(rig.projector) if letter.record.key == sent.key]

    assert [letter.reason.stage for letter in letters if letter.reason] == ["dispatcher"]
    assert "office so-old" in letters[0].reason.message  # type: ignore[union-attr]
    assert target(letters[0])[0] == "queue.so-old"


def test_a_parked_delivery_can_be_sent_again(rig: Rig) -> None:
    """Replaying a parked delivery gives it to that office's topic alone, without the contact."""
    life = Life(office="so-ct")
    sent = life.begins()
    oversized = Sent(sent.event, sent.key, sent.value, sent.headers)
    rig.write(oversized)
    consumer = connect(rig.service, rig.dispatcher, rig.name, "")
    producer = outbox.connect(rig.dispatcher)
    box = Outbox(producer, consumer)
    box._topics, box._looked_at = {"queue.so-xd"}, time.monotonic()
    dispatcher = Dispatcher(consumer, box)
    until(
        lambda: dispatcher.step(1000, 200),
        lambda: any(letter.record.key == sent.key for letter in read(rig.projector)),
    )
    producer.close(timeout=1)
    assert consumer is not None
    consumer.close()
    assert queue_of(rig, "so-ct", life) == []
    (letter,) = (letter for letter in read(rig.projector) if letter.record.key == sent.key)

    replay = Replay(rig.projector)
    (again,) = read(rig.projector, [Range(letter.partition, letter.record.offset, letter.record.offset)])
    assert replay.send(again) == "queue.so-ct"
    replay.close()

    (record,) = queue_of(rig, "so-ct", life)
    assert b"contact_sealed" not in (record.value or b"")
    assert record.headers == sent.headers


def test_a_member_that_came_back_shuts_out_its_former_self(rig: Rig) -> None:
    """Two processes with one member's name: the older one cannot commit any more."""
    life = Life(office="so-vhtt")
    sent = life.begins()
    made = plan([(0, Record(0, 1, sent.key, sent.value, sent.headers))])
    with dispatching(rig) as old:
        until(lambda: old.step(1, 200), lambda: bool(old._consumer.assignment()))
        newer = outbox.connect(rig.dispatcher)
        with pytest.raises((KafkaError, NotCommitted)):
            old._box.send(made, {})
        newer.close(timeout=1)

    assert queue_of(rig, "so-vhtt", life) == []
