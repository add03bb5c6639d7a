"""Offices' topics on a real Kafka."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import (
    InvalidProducerEpochError,
    InvalidProducerIdMappingError,
    KafkaConnectionError,
    KafkaError,
    ProducerFencedError,
    for_code,
)
from kafka.producer.transaction_manager import EndTxnHandler

from consumers.dead_letters.reading import Range, Replay, read, target
from consumers.kafka.records import Record, config, lean
from consumers.loop.membership import connect
from consumers.loop.sink import Unfinished
from consumers.queues.delivery import plan
from consumers.queues.role import producer as connect_producer
from consumers.queues.sink import QueueSink
from consumers.queues.transaction import NotCommitted, QueueWriter
from schemas.events.topics import queue_topic
from tests.broker import reach
from tests.consumers.conftest import Rig
from tests.consumers.events import Life, Sent, answered, transferred

PATIENCE_SECONDS = 30


class Dispatching:
    """A dispatcher's sink, opened anew after a step that did not come to its end, as the loop does it. `sink`: the one of now."""

    def __init__(self, rig: Rig, consumer: KafkaConsumer) -> None:
        self._rig, self.consumer = rig, consumer
        self.producers: list[KafkaProducer] = []
        self.sink = self._open()

    def _open(self) -> QueueSink:
        self.producers.append(connect_producer(self._rig.dispatcher, f"dispatcher-{self._rig.name}"))
        return QueueSink(self.consumer, QueueWriter(self.producers[-1], self.consumer), self._rig.dispatcher)

    def step(self, max_records: int, timeout_ms: int) -> int:
        try:
            return self.sink.step(max_records, timeout_ms)
        except Unfinished:
            self.sink.close()
            self.sink = self._open()
            return 0

    @property
    def producer(self) -> KafkaProducer:
        return self.producers[-1]


@contextmanager
def dispatching(rig: Rig, group: str = "") -> Iterator[Dispatching]:
    consumer = connect(rig.service, rig.dispatcher, group or rig.name, "")
    assert consumer is not None
    made = Dispatching(rig, consumer)
    try:
        yield made
    finally:
        made.sink.close()
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
    """After a commit that failed nothing can be seen; the next try, under a fresh epoch, delivers each event once."""
    life = Life(office="so-tc")
    rig.write(life.begins())
    with dispatching(rig) as dispatcher:
        dispatcher.producer.commit_transaction = _fails
        until(lambda: dispatcher.step(1000, 200), lambda: len(dispatcher.producers) == 2)
        assert queue_of(rig, "so-tc", life) == []
        until(lambda: dispatcher.step(1000, 200), lambda: bool(queue_of(rig, "so-tc", life)))
        until(lambda: None, lambda: dispatcher.step(1000, 500) == 0)

    assert len(queue_of(rig, "so-tc", life)) == 1


def _fails() -> None:
    raise KafkaError("the commit does not happen")


def test_a_late_end_of_a_transaction_does_not_reach_the_next_one(rig: Rig) -> None:
    """The answer to a commit is lost, and it is sent again. Before the next transaction the epoch is a new one, so that the first
    request, when it arrives at last, is refused and ends nothing."""
    first, second = Life(office="so-tc"), Life(office="so-tc")
    rig.write(first.begins())
    with dispatching(rig) as dispatcher:
        old = dispatcher.producer
        with answer_lost_once():
            until(lambda: dispatcher.step(1000, 200), lambda: bool(queue_of(rig, "so-tc", first)))
        until(lambda: dispatcher.step(1000, 200), lambda: len(dispatcher.producers) == 2)
        now = dispatcher.producer
        now.begin_transaction()
        now.send(queue_topic("so-tc").name, key=second.petition_id.encode(), value=b"{}").get(timeout=10)
        answer = end_again(now, old)
        seen = queue_of(rig, "so-tc", second)
        now.abort_transaction()

    assert answer in (ProducerFencedError, InvalidProducerEpochError)
    assert seen == []
    assert len(queue_of(rig, "so-tc", first)) == 1


@contextmanager
def answer_lost_once() -> Iterator[None]:
    """The broker's answer to the next end of a transaction does not arrive."""
    whole = EndTxnHandler.on_complete

    def lost(handler: EndTxnHandler, correlation_id: int, _: object) -> None:
        EndTxnHandler.on_complete = whole
        whole(handler, correlation_id, KafkaConnectionError("the connection broke"))

    EndTxnHandler.on_complete = lost
    try:
        yield
    finally:
        EndTxnHandler.on_complete = whole


def end_again(now: KafkaProducer, old: KafkaProducer) -> type[KafkaError]:
    """What the broker answers to the old producer's commit, as it was first sent, through the new one's connection."""
    late = EndTxnHandler(old._transaction_manager, committed=True)
    late.transaction_manager, answered = now._transaction_manager, threading.Event()
    answers: list[int] = []

    def handle(response: Any) -> None:
        answers.append(response.error_code)
        answered.set()

    late.handle_response = handle
    now._transaction_manager._enqueue_request(late)
    now._sender.wakeup()
    assert answered.wait(10)
    found: type[KafkaError] = for_code(answers[0])
    return found


def test_a_group_whose_offsets_are_forgotten_goes_on_where_it_was(rig: Rig) -> None:
    """Kafka forgets a group's offsets a week after its last member left: no office gets its history again, and nothing is left out."""
    before, after = Life(office="so-tc"), Life(office="so-tc")
    rig.write(before.begins())
    with dispatching(rig) as dispatcher:
        until(lambda: dispatcher.step(1000, 200), lambda: bool(queue_of(rig, "so-tc", before)))
        until(lambda: None, lambda: dispatcher.step(1000, 500) == 0)
    admin = KafkaAdminClient(**reach(rig.bootstrap))
    assert admin.delete_groups([rig.name]) == {rig.name: "OK"}
    admin.close()
    rig.write(after.begins())
    with dispatching(rig) as dispatcher:
        until(lambda: dispatcher.step(1000, 200), lambda: bool(queue_of(rig, "so-tc", after)))
        until(lambda: None, lambda: dispatcher.step(1000, 500) == 0)

    assert [len(queue_of(rig, "so-tc", life)) for life in (before, after)] == [1, 1]


@pytest.mark.parametrize(
    ("error", "ends"),
    [
        (KafkaError(InvalidProducerIdMappingError()), NotCommitted),
        (InvalidProducerIdMappingError(), NotCommitted),
        (ProducerFencedError(), KafkaError),
    ],
)
def test_who_was_forgotten_begins_anew_and_who_was_shut_out_ends(error: KafkaError, ends: type[Exception]) -> None:
    """After weeks without a delivery the broker has forgotten the writer's id: that is no reason to end, a fresh epoch is enough. A newer
    self is one."""

    def abort() -> None:
        raise KafkaError("in an error state")

    manager = SimpleNamespace(has_fatal_error=lambda: True, last_error=error)
    writer = QueueWriter.__new__(QueueWriter)
    writer._producer = SimpleNamespace(abort_transaction=abort, _transaction_manager=manager)

    with pytest.raises(ends):
        writer._abort()


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
    with dispatching(rig) as dispatcher:
        writer = dispatcher.sink._writer
        writer._topics, writer._looked_at = {"queue.so-xd"}, time.monotonic()
        until(
            lambda: dispatcher.step(1000, 200),
            lambda: any(letter.record.key == sent.key for letter in read(rig.projector)),
        )
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
        until(lambda: old.step(1, 200), lambda: bool(old.consumer.assignment()))
        newer = connect_producer(rig.dispatcher, f"dispatcher-{rig.name}")
        with pytest.raises((KafkaError, NotCommitted)):
            old.sink._writer.deliver(made, {})
        newer.close(timeout=1)

    assert queue_of(rig, "so-vhtt", life) == []
