"""A consumer that stands still is noticed, on a real broker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition

from consumers.loop.offsets import Move, Offsets
from consumers.loop.stall import Stalled, StallWatch
from schemas.events.topics import EVENTS
from tests.consumers.conftest import Rig
from tests.consumers.events import Life


@pytest.fixture
def consumer(rig: Rig) -> Iterator[KafkaConsumer]:
    """A member of a group of its own, with events waiting."""
    life = Life()
    life.begins()
    rig.write(*life.sent, *life.sent)
    made = KafkaConsumer(bootstrap_servers=rig.bootstrap, group_id=f"stall-{rig.name}", enable_auto_commit=False)
    yield made
    made.close()


def test_a_group_that_commits_nothing_though_events_wait_is_stalled(consumer: KafkaConsumer) -> None:
    """With events waiting and no commit for the limit it raises; while something is handled or committed, and at the end, it does not."""

    def committed(tps: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return {tp: consumer.committed(tp) or 0 for tp in tps}

    watch = StallWatch(consumer, EVENTS.name, committed, limit=0.0, look=0.0)
    watch.check(1)
    watch.check(0)  # the first look at what the group has committed

    with pytest.raises(Stalled, match="events wait"):
        watch.check(0)

    partitions = [TopicPartition(EVENTS.name, number) for number in consumer.partitions_for_topic(EVENTS.name)]
    consumer.assign(partitions)
    consumer.seek_to_end()
    for tp in partitions:
        consumer.position(tp)
    consumer.commit()
    watch.check(0)
    watch.check(0)


def test_a_postgresql_sink_is_measured_by_its_stored_offsets(rig: Rig, consumer: KafkaConsumer) -> None:
    """What the group has committed says nothing there: it stalls while the table stands still, and not when the table moves."""
    with psycopg.connect(rig.database, autocommit=True) as connection:
        offsets = Offsets(connection, rig.name, EVENTS.name)

        def committed(tps: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
            found = offsets.committed(tp.partition for tp in tps)
            return {tp: found.get(tp.partition, 0) for tp in tps}

        watch = StallWatch(consumer, EVENTS.name, committed, limit=0.0, look=0.0)
        watch.check(0)
        with pytest.raises(Stalled, match="events wait"):
            watch.check(0)

        partitions = [TopicPartition(EVENTS.name, number) for number in consumer.partitions_for_topic(EVENTS.name)]
        for tp, end in consumer.end_offsets(partitions).items():
            offsets.move([Move(tp.partition, offsets.position(tp.partition), end)])
        watch.check(0)
        watch.check(0)
