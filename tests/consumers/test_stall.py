"""A consumer that stands still is noticed, on a real broker."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from types import SimpleNamespace

import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.structs import MemberState

from consumers.loop.lag import LagReport
from consumers.loop.offsets import Move, Offsets
from consumers.loop.stall import Stalled, StallWatch
from schemas.events.topics import EVENTS
from schemas.platform import metrics
from tests.broker import reach
from tests.consumers.conftest import Rig
from tests.consumers.events import Life


@pytest.fixture
def consumer(rig: Rig) -> Iterator[KafkaConsumer]:
    """A member of a group of its own, with events waiting."""
    life = Life()
    life.begins()
    rig.write(*life.sent, *life.sent)
    made = KafkaConsumer(**reach(rig.bootstrap), group_id=f"stall-{rig.name}", enable_auto_commit=False)
    yield made
    made.close()


def test_a_group_that_commits_nothing_though_events_wait_is_stalled(consumer: KafkaConsumer) -> None:
    """With events waiting and no commit for the limit it raises; at the end it does not."""

    def committed(tps: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return {tp: consumer.committed(tp) or 0 for tp in tps}

    watch = StallWatch(consumer, [EVENTS.name], committed, limit=0.0, look=0.0)
    watch.check()  # the first look at what the group has committed

    with pytest.raises(Stalled, match="events wait"):
        watch.check()

    partitions = [TopicPartition(EVENTS.name, number) for number in consumer.partitions_for_topic(EVENTS.name)]
    consumer.assign(partitions)
    consumer.seek_to_end()
    for tp in partitions:
        consumer.position(tp)
    consumer.commit()
    watch.check()
    watch.check()


def test_a_postgresql_sink_is_measured_by_its_stored_offsets(rig: Rig, consumer: KafkaConsumer) -> None:
    """What the group has committed says nothing there: it stalls while the table stands still, and not when the table moves."""
    with psycopg.connect(rig.database, autocommit=True) as connection:
        offsets = Offsets(connection, rig.name, EVENTS.name)

        def committed(tps: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
            found = offsets.committed(tp.partition for tp in tps)
            return {tp: found.get(tp.partition, 0) for tp in tps}

        watch = StallWatch(consumer, [EVENTS.name], committed, limit=0.0, look=0.0)
        watch.check()
        with pytest.raises(Stalled, match="events wait"):
            watch.check()

        partitions = [TopicPartition(EVENTS.name, number) for number in consumer.partitions_for_topic(EVENTS.name)]
        for tp, end in consumer.end_offsets(partitions).items():
            offsets.move([Move(tp.partition, offsets.position(tp.partition), end)])
        watch.check()
        watch.check()


class Halves:
    """A member with two partitions of ten events each, as far as the watch and the report ask of it; it has fetched `fetched`."""

    def __init__(self) -> None:
        self.tps = {TopicPartition(EVENTS.name, 0), TopicPartition(EVENTS.name, 1)}
        self.fetched = 5

    def assignment(self) -> set[TopicPartition]:
        return self.tps

    def end_offsets(self, tps: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(tps, 10)

    def position(self, tp: TopicPartition, timeout_ms: int) -> int:  # noqa: ARG002
        return self.fetched

    def behind(self) -> dict[TopicPartition, int]:
        return dict.fromkeys(self.tps, 10 - self.fetched)

    def group_metadata(self) -> SimpleNamespace:
        return SimpleNamespace(state=MemberState.STABLE)


def test_one_partition_that_stands_still_is_noticed_though_the_other_goes_on() -> None:
    """Whatever is handled elsewhere: each partition is looked at for itself."""
    member, moved = Halves(), iter(range(3, 9))

    def committed(_: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return {TopicPartition(EVENTS.name, 0): next(moved), TopicPartition(EVENTS.name, 1): 2}

    watch = StallWatch(member, [EVENTS.name], committed, limit=0.0, look=0.0)
    watch.check()
    with pytest.raises(Stalled, match="1 at 2 of 10"):
        watch.check()


def test_lag_is_told_of_each_partition_and_of_none_that_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The age of what a partition has handled last, however new the other's is; a partition that another member has now tells nothing."""
    monkeypatch.setattr("consumers.loop.lag.EVERY_SECONDS", 0.0)
    member = Halves()
    report = LagReport("stall-test", member)
    now = time.time() * 1000

    def seconds() -> dict[str, float]:
        samples = next(iter(metrics.CONSUMER_LAG_SECONDS().collect())).samples
        return {one.labels["partition"]: one.value for one in samples if one.labels["consumer"] == "stall-test"}

    report.update({0: int(now), 1: int(now - 3_600_000)})
    assert seconds()["0"] < 600
    assert seconds()["1"] >= 3600

    member.tps = {TopicPartition(EVENTS.name, 0)}
    report.update({0: int(now)})
    assert seconds().keys() == {"0"}
