"""A consumer that stands still is noticed, on a real broker."""

from __future__ import annotations

import pytest
from kafka import KafkaConsumer, TopicPartition

from consumers.loop.stall import Stalled, StallWatch
from schemas.events.topics import EVENTS
from tests.consumers.conftest import Rig
from tests.consumers.events import Life


def test_a_group_that_commits_nothing_though_events_wait_is_stalled(rig: Rig) -> None:
    """With events waiting and no commit for the limit it raises; while something is handled or committed, and at the end, it does not."""
    life = Life()
    life.begins()
    rig.write(*life.sent, *life.sent)
    consumer = KafkaConsumer(bootstrap_servers=rig.bootstrap, group_id=f"stall-{rig.name}", enable_auto_commit=False)
    watch = StallWatch(consumer, EVENTS.name, limit=0.0, look=0.0)
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
    consumer.close()
