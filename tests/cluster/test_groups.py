"""How far a group is behind, asked of the broker."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator

import pytest
from kafka import KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.structs import OffsetAndMetadata

from deploy.cluster.groups import Waiting, readers, retention_used, waiting, with_ages
from deploy.cluster.internal import ensure_internal
from deploy.one_machine.embedded import EmbeddedKafka
from deploy.web.retention import report
from schemas.events.topics import ACTIONS, CLASSIFIED, DAY_MS, EVENTS, INTAKE, Topic
from schemas.platform.metrics import RETENTION_USED
from schemas.platform.settings import ProcessSettings
from tests.broker import reach


@pytest.fixture
def admin(kafka: EmbeddedKafka) -> Iterator[KafkaAdminClient]:
    client = KafkaAdminClient(**reach(kafka.bootstrap))
    ensure_internal(client)
    yield client
    client.close()


@pytest.fixture
def topic(admin: KafkaAdminClient) -> Topic:
    """With two partitions, three records in the first; stamped by the broker."""
    name = f"groups-{uuid.uuid4().hex[:8]}"
    admin.create_topics([NewTopic(name, 2, 1, topic_configs={"message.timestamp.type": "LogAppendTime"})], wait_for_metadata=True)
    return Topic(name, "a test's")


def _settings(kafka: EmbeddedKafka) -> ProcessSettings:
    return ProcessSettings(kafka_bootstrap_servers=kafka.bootstrap, partitions=2)


def _write(kafka: EmbeddedKafka, topic: Topic, records: int) -> None:
    producer = KafkaProducer(**reach(kafka.bootstrap), acks="all")
    for number in range(records):
        producer.send(topic.name, value=b"%d" % number, partition=0, timestamp_ms=1).get(10)
    producer.close()


def test_a_group_without_members_is_behind_all_the_same(kafka: EmbeddedKafka, admin: KafkaAdminClient, topic: Topic) -> None:
    """What it has not committed waits; the age is that of the first such record by the broker's clock, not by its writer's."""
    _write(kafka, topic, 3)
    group, before = f"{topic.name}-group", time.time() * 1000 - 60_000
    first = TopicPartition(topic.name, 0)
    admin.alter_group_offsets(group, {first: OffsetAndMetadata(1, "", -1)})
    rows = with_ages(_settings(kafka), waiting(admin, _settings(kafka), {topic: [group]}))

    assert [(row.partition, row.position, row.records, row.lost) for row in rows] == [(0, 1, 2, 0), (1, None, 0, 0)]
    assert rows[0].oldest_ms is not None
    assert before < rows[0].oldest_ms < before + 300_000
    assert rows[1].oldest_ms is None


def test_what_was_aborted_waits_for_nobody(kafka: EmbeddedKafka, admin: KafkaAdminClient, topic: Topic) -> None:
    """It stands in the log behind the group's position, and will never be read."""
    producer = KafkaProducer(**reach(kafka.bootstrap), acks="all", transactional_id=topic.name)
    producer.init_transactions()
    producer.begin_transaction()
    producer.send(topic.name, value=b"x", partition=0).get(10)
    producer.abort_transaction()
    producer.close()
    row = with_ages(_settings(kafka), waiting(admin, _settings(kafka), {topic: [f"{topic.name}-group"]}))[0]

    assert row.records > 0
    assert row.oldest_ms is None


def test_what_was_deleted_unread_is_lost(kafka: EmbeddedKafka, admin: KafkaAdminClient, topic: Topic) -> None:
    """Records behind the group's position that retention took away are counted, and all of the retention is used up."""
    _write(kafka, topic, 3)
    group, first = f"{topic.name}-group", TopicPartition(topic.name, 0)
    admin.alter_group_offsets(group, {first: OffsetAndMetadata(0, "", -1)})
    admin.delete_records({first: 2})
    row = waiting(admin, _settings(kafka), {topic: [group]})[0]

    assert (row.lost, row.records) == (2, 1)
    assert retention_used(row, DAY_MS, 0) == 1.0


def test_retention_is_used_up_by_the_oldest_waiting_record() -> None:
    """A tenth of thirty days after three; nothing where nothing waits or the topic is kept for ever."""
    row = Waiting("group", "topic", 0, 5, 0, 9, oldest_ms=1_000)

    assert retention_used(row, 30 * DAY_MS, 1_000 + 3 * DAY_MS) == pytest.approx(0.1)
    assert retention_used(row, -1, 1_000 + 3 * DAY_MS) == 0
    assert retention_used(Waiting("group", "topic", 0, 9, 0, 9), 30 * DAY_MS, DAY_MS) == 0


def test_the_gauge_is_set_for_every_input(own_kafka: EmbeddedKafka) -> None:
    """By the retention that each topic really has; nothing waits, nothing is used up."""
    report(ProcessSettings(kafka_bootstrap_servers=own_kafka.bootstrap))
    shown = {(sample.labels["topic"], sample.value) for sample in RETENTION_USED().collect()[0].samples}

    assert shown == {(INTAKE.name, 0.0), (CLASSIFIED.name, 0.0), (ACTIONS.name, 0.0)}


def test_every_group_that_commits_to_kafka_is_looked_at() -> None:
    """The stages with their inputs, chained or not, and the dispatcher."""
    assert readers() == {
        INTAKE: ("petitions-classify", "petitions-case"),
        CLASSIFIED: ("petitions-case",),
        ACTIONS: ("petitions-case",),
        EVENTS: ("dispatcher",),
    }


def test_of_two_groups_the_one_that_has_come_further_does_the_work(kafka: EmbeddedKafka, admin: KafkaAdminClient, topic: Topic) -> None:
    """A chained stage took over where the first one's group stands still."""
    _write(kafka, topic, 3)
    first = TopicPartition(topic.name, 0)
    alone, chained = f"{topic.name}-alone", f"{topic.name}-chained"
    admin.alter_group_offsets(alone, {first: OffsetAndMetadata(1, "", -1)})
    before = waiting(admin, _settings(kafka), {topic: (alone, chained)})[0]
    admin.alter_group_offsets(chained, {first: OffsetAndMetadata(3, "", -1)})
    after = waiting(admin, _settings(kafka), {topic: (alone, chained)})[0]

    assert (before.group, before.records) == (alone, 2)
    assert (after.group, after.records) == (chained, 0)
