"""The read model on real Kafka and PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition

from consumers.dead_letters.reading import read
from consumers.loop.membership import connect
from consumers.loop.offsets import Move, NotMine
from consumers.loop.postgres_sink import PostgresSink
from consumers.read_model.projection import Rows, project
from consumers.read_model.tables import ReadModel
from consumers.read_model.tally import COUNT_SQL
from schemas.events.case import Accepted, Rated
from schemas.events.standing import State
from schemas.events.topics import EVENTS
from tests.broker import reach
from tests.consumers.conftest import Rig
from tests.consumers.events import Life, Sent, answered

PATIENCE_SECONDS = 30


@contextmanager
def projecting(rig: Rig, group: str = "") -> Iterator[tuple[PostgresSink[Rows], KafkaConsumer]]:
    consumer = connect(rig.service, rig.projector, group or rig.name, "")
    assert consumer is not None
    model = ReadModel(rig.database, rig.name, EVENTS.name)
    projector = PostgresSink(consumer, model, rig.projector, project, rig.name)
    try:
        yield projector, consumer
    finally:
        projector.close()
        consumer.close(timeout_ms=1000)  # leaving a group that rebalances may take long


def rows(rig: Rig, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(rig.database, autocommit=True) as connection:
        return connection.execute(query, parameters).fetchall()


def until(step: Callable[[], object], done: Callable[[], bool]) -> None:
    """Step until it is done; a test that waits in vain fails."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < end, "it did not happen"
        step()


def state_of(rig: Rig, life: Life) -> tuple[int, str] | None:
    found = rows(rig, "select seq, state from petition where petition_id = %s", life.petition_id)
    return found[0] if found else None


def accepted(rig: Rig, lives: list[Life], seq: int = 2) -> int:
    """How many of the petitions stand at their second event (or another one), `accepted`."""
    ids = [life.petition_id for life in lives]
    return int(rows(rig, "select count(*) from petition where seq = %s and state = 'accepted' and petition_id = any(%s)", seq, ids)[0][0])


def whole(rig: Rig, lives: Iterable[Life] = ()) -> tuple[list[Any], list[Any], list[Any]]:
    """Rows of these petitions (without any: of all), and what is counted of all."""
    ids = [life.petition_id for life in lives]
    which = "where %s or petition_id = any(%s::text[])"
    petitions, timeline = f"select * from petition {which} order by 1", f"select * from timeline {which} order by petition_id, seq"
    counted = rows(rig, "select * from event_count order by day, office, type")
    return rows(rig, petitions, not ids, ids), rows(rig, timeline, not ids, ids), counted


def test_events_become_rows_each_once(rig: Rig) -> None:
    """Views and timelines of all petitions are written; replaying everything changes nothing; an empty model is rebuilt alike."""
    lives = [Life() for _ in range(30)]
    for life in lives:
        life.begins()
        answered(life)
        life.happens(Rated, view={"rating": 4}, stars=4)
        life.happens(Accepted, view={"state": State.ACCEPTED})
    rig.write(*(sent for life in lives for sent in life.sent))
    with projecting(rig) as (projector, _):
        until(lambda: projector.step(100, 200), lambda: accepted(rig, lives, 4) == len(lives))
        projector.finish()
    before = whole(rig, lives)

    assert len({row[:2] for row in before[1]}) == len(before[1])
    own = COUNT_SQL.format("(select * from timeline where petition_id = any(%s)) own")
    assert [row[2:] for row in rows(rig, own, [life.petition_id for life in lives])] == [("answered", 30, 30, 0), ("rated", 30, 0, 120)]
    assert rows(rig, COUNT_SQL.format("timeline")) == rows(rig, as_migrated()) == before[2]

    rows(rig, "update consumer_offset set next_offset = 0 returning 1")
    with projecting(rig, rig.name + "-again") as (projector, consumer):
        until(lambda: projector.step(1000, 200), lambda: at_end(consumer))
        projector.finish()
    assert before == whole(rig, lives)

    truncate(rig)
    with projecting(rig, rig.name + "-rebuilt") as (projector, consumer):
        until(lambda: projector.step(1000, 200), lambda: at_end(consumer))
        projector.finish()
    assert before == whole(rig, lives)


def as_migrated() -> str:
    """How the migration counted what was there before."""
    script = (Path(__file__).parents[2] / "consumers/migrations/0130_counts.sql").read_text(encoding="utf-8")
    return script.partition("insert into event_count")[2].partition(";")[0] + " order by 1, 2, 3"


def truncate(rig: Rig) -> None:
    with psycopg.connect(rig.database, autocommit=True) as connection:
        connection.execute("truncate petition, timeline, event_count, consumer_offset")


def at_end(consumer: KafkaConsumer) -> bool:
    """Everything on all partitions was polled; what came last may still be on its way into PostgreSQL."""
    ends = consumer.end_offsets(list(consumer.assignment()))
    return bool(ends) and all(consumer.position(tp) >= end for tp, end in ends.items())


def test_it_goes_on_where_postgresql_says(rig: Rig) -> None:
    """A second process of another group goes on from the stored offsets: what was projected is not projected again."""
    first = Life()
    rig.write(first.begins())
    with projecting(rig) as (projector, _):
        until(lambda: projector.step(1000, 200), lambda: state_of(rig, first) is not None)
    rows(rig, "delete from petition where petition_id = %s returning 1", first.petition_id)
    second = Life()
    rig.write(second.begins())
    with projecting(rig, rig.name + "-b") as (projector, _):
        until(lambda: projector.step(1000, 200), lambda: state_of(rig, second) is not None)

    assert state_of(rig, first) is None


@pytest.mark.parametrize("spoil", [b'"\\u0000"', b'"2025-99-99T00:00:00Z"'], ids=["null character", "no instant"])
def test_a_row_that_does_not_fit_goes_to_the_dead_letters(rig: Rig, spoil: bytes) -> None:
    """An event that PostgreSQL refuses is dead-lettered with the reason; its neighbours in the batch are written."""
    before, bad, after = Life(), Life(), Life()
    sent = bad.begins()
    at = sent.value[sent.value.index(b'"at":') + 5 :].split(b",")[0]
    spoilt = Sent(sent.event, sent.key, sent.value.replace(at, spoil, 1), sent.headers)
    rig.write(before.begins(), spoilt, after.begins())
    with projecting(rig) as (projector, consumer):
        until(lambda: projector.step(1000, 200), lambda: at_end(consumer))
        projector.finish()
    letters = [letter for letter in read(rig.projector) if letter.record.key == bad.petition_id.encode()]

    assert state_of(rig, before) is not None
    assert state_of(rig, after) is not None
    assert state_of(rig, bad) is None
    assert {letter.reason.stage for letter in letters if letter.reason} == {rig.name}
    assert letters[0].record.value == spoilt.value


def test_garbage_goes_to_the_dead_letters(rig: Rig) -> None:
    """Bytes that are no event are dead-lettered as they came, and the rest go on."""
    life = Life()
    sent = life.begins()
    garbage = Sent(sent.event, b"garbage-" + sent.key, b"\x00\xffgarbage", sent.headers)
    rig.write(garbage, sent)
    with projecting(rig) as (projector, consumer):
        until(lambda: projector.step(1000, 200), lambda: at_end(consumer))
        projector.finish()
    letters = [letter for letter in read(rig.projector) if letter.record.key == garbage.key]

    assert state_of(rig, life) is not None
    assert letters
    assert letters[0].record.value == garbage.value
    assert letters[0].record.headers[: len(garbage.headers)] == garbage.headers


def test_an_owner_that_was_overtaken_writes_nothing(rig: Rig) -> None:
    """Who moves an offset that another owner has moved since gets nothing written, not even rows; the offset never goes back."""
    life = Life()
    life.begins()
    answered(life)
    first, second = ReadModel(rig.database, rig.name, EVENTS.name), ReadModel(rig.database, rig.name, EVENTS.name)
    start = first.position(0)
    assert start == second.position(0) == 0
    second.write(Rows(), [Move(0, 0, 40)])

    with pytest.raises(NotMine):
        first.write(project([]), [Move(0, 0, 20)])

    assert second.position(0) == 40
    assert whole(rig) == ([], [], [])
    first.close()
    second.close()


def test_two_processes_share_the_work_and_double_nothing(rig: Rig) -> None:
    """Two members of a group project everything together, also while the second one joins; every event stands once."""
    lives = [Life() for _ in range(40)]
    for life in lives:
        life.begins()
    skip_what_is_there(rig)
    rig.write(*(life.sent[0] for life in lives))
    with projecting(rig) as (one, _), projecting(rig) as (two, _):
        until(lambda: one.step(5, 100), lambda: bool(rows(rig, "select 1 from petition limit 1")))
        for life in lives:
            rig.write(life.happens(Accepted, view={"state": State.ACCEPTED}))

        def both() -> None:
            one.step(10, 50)
            two.step(10, 50)

        until(both, lambda: accepted(rig, lives) == len(lives))
        one.finish()
        two.finish()

    assert len(whole(rig)[1]) == 2 * len(lives)


def skip_what_is_there(rig: Rig) -> None:
    """Let the read model begin behind the events of the other tests."""
    consumer = KafkaConsumer(**reach(rig.bootstrap))
    partitions = [TopicPartition(EVENTS.name, number) for number in consumer.partitions_for_topic(EVENTS.name)]
    with psycopg.connect(rig.database, autocommit=True) as connection:
        for tp, end in consumer.end_offsets(partitions).items():
            connection.execute("insert into consumer_offset values (%s, %s, %s, %s)", (rig.name, EVENTS.name, tp.partition, end))
    consumer.close()
