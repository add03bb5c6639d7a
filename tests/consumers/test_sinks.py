"""The contract of a sink, the same for all three, on real Kafka and PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition

from consumers.dead_letters.reading import read
from consumers.incidents.changes import changes_of
from consumers.incidents.compare import Rules
from consumers.incidents.memory import Memory
from consumers.incidents.outbox import Outbox
from consumers.incidents.outbox import connect as connect_outbox
from consumers.incidents.sink import IncidentSink
from consumers.loop.membership import connect
from consumers.loop.postgres_sink import PostgresSink
from consumers.loop.sink import Sink
from consumers.queues.role import producer as connect_producer
from consumers.queues.sink import QueueSink
from consumers.queues.transaction import QueueWriter
from consumers.read_model.projection import project
from consumers.read_model.tables import ReadModel
from schemas.events.topics import EVENTS
from tests.consumers.conftest import Rig
from tests.consumers.events import Life, Sent
from tests.consumers.test_dispatcher import queue_of

PATIENCE_SECONDS = 30
OFFICE = "so-nv"


def read_model(rig: Rig, consumer: KafkaConsumer) -> Sink:
    return PostgresSink(consumer, ReadModel(rig.database, rig.name, EVENTS.name), rig.projector, project, rig.name)


def queues(rig: Rig, consumer: KafkaConsumer) -> Sink:
    return QueueSink(consumer, QueueWriter(connect_producer(rig.dispatcher, rig.name), consumer), rig.dispatcher)


def incidents(rig: Rig, consumer: KafkaConsumer) -> Sink:
    memory = Memory(rig.database, (rig.name, EVENTS.name), Rules(), rig.projector.clock())
    inner = PostgresSink(consumer, memory, rig.projector, changes_of, rig.name)
    return IncidentSink(inner, memory, Outbox(psycopg.connect(rig.database, autocommit=True), connect_outbox(rig.projector)))


def rows(table: str) -> Callable[[Rig, Life], int]:
    def count(rig: Rig, life: Life) -> int:
        query = f"select count(*) from {table} where petition_id = %s"
        with closing(psycopg.connect(rig.database)) as connection:
            found = connection.execute(query, (life.petition_id,)).fetchone()
        return int(found[0]) if found else 0

    return count


def delivered(rig: Rig, life: Life) -> int:
    return len(queue_of(rig, OFFICE, life))


@dataclass(frozen=True)
class Kind:
    """One of the three: how it is opened, and how often an event of one petition has had its effect."""

    open: Callable[[Rig, KafkaConsumer], Sink]
    effects: Callable[[Rig, Life], int]


KINDS = {
    "read model": Kind(read_model, rows("timeline")),
    "queues": Kind(queues, delivered),
    "incidents": Kind(incidents, rows("incident_petition")),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@contextmanager
def opened(kind: Kind, rig: Rig) -> Iterator[tuple[Sink, KafkaConsumer]]:
    with ExitStack() as stack:
        consumer = connect(rig.service, rig.projector, rig.name, "")
        assert consumer is not None
        stack.callback(consumer.close, timeout_ms=1000)
        yield stack.enter_context(closing(kind.open(rig, consumer))), consumer


def work(sink: Sink, done: Callable[[], bool]) -> None:
    """Step until it is done."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < end, "it did not happen"
        sink.step(1000, 200)
    sink.finish()


def first_of(rig: Rig) -> Life:
    """A petition's first event, on its way."""
    life = Life(office=OFFICE)
    rig.write(life.begins())
    return life


def test_each_effect_happens_once_over_the_lives_of_several_sinks(kind: Kind, rig: Rig) -> None:
    """What a sink has committed the next one does not do again; what it has not, the next one does."""
    lives = [first_of(rig)]
    for _ in range(2):
        with opened(kind, rig) as (sink, _):
            work(sink, lambda: kind.effects(rig, lives[-1]) > 0)
        lives.append(first_of(rig))
    with opened(kind, rig) as (sink, _):
        work(sink, lambda: kind.effects(rig, lives[-1]) > 0)

    assert [kind.effects(rig, life) for life in lives] == [1, 1, 1]


def test_what_is_committed_can_be_asked_for(kind: Kind, rig: Rig) -> None:
    """Once everything is done no partition waits for more than its last transaction's marker."""
    life = first_of(rig)
    with opened(kind, rig) as (sink, consumer):
        work(sink, lambda: kind.effects(rig, life) > 0)
        ends = consumer.end_offsets([TopicPartition(EVENTS.name, number) for number in consumer.partitions_for_topic(EVENTS.name)])
        work(sink, lambda: all(end - sink.committed([tp])[tp] <= 1 for tp, end in ends.items()))

        assert max(sink.newest.values()) > 0


def test_garbage_is_put_aside_and_holds_up_nobody(kind: Kind, rig: Rig) -> None:
    """Bytes under an event's type that are no event are dead-lettered as they came, once; what comes after is done."""
    sent = Life(office=OFFICE).begins()
    garbage = Sent(sent.event, b"garbage-" + rig.name.encode(), b"\x00\xffgarbage", sent.headers)
    rig.write(garbage)
    life = first_of(rig)
    with opened(kind, rig) as (sink, _):
        work(sink, lambda: kind.effects(rig, life) > 0)
        work(sink, lambda: bool(put_aside(rig, garbage.key)))

    assert put_aside(rig, garbage.key) == [garbage.value]


def put_aside(rig: Rig, key: bytes) -> list[bytes | None]:
    return [letter.record.value for letter in read(rig.projector) if letter.record.key == key]
