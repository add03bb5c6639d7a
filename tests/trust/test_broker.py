"""Who may do what at a real broker: the table and nothing else; and the attack that once closed a citizen's petition for him."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ACLOperation, KafkaAdminClient
from kafka.errors import (
    GroupAuthorizationFailedError,
    KafkaTimeoutError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailedError,
)

from deploy.cluster.topics import ensure_topics
from deploy.one_machine.embedded import EmbeddedKafka
from deploy.rights.accounts import ensure_accounts
from deploy.rights.acls import ensure_acls
from deploy.rights.principals import OPERATOR, Grant, grants, office, principals
from schemas.events.topics import ACTIONS, EVENTS, QUEUE_PREFIX, all_topics, queue_topic
from schemas.platform.settings import ProcessSettings

OFFICE, ANOTHER = "so-xd", "so-yt"
QUEUED = secrets.token_hex(13).encode()
"""Other tests' events stand beside it."""
TRIED = [
    name for name in principals() if name != OPERATOR and (not name.startswith("office-") or name in (office(OFFICE), office(ANOTHER)))
]
"""All roles and channels; of the offices, which differ by their code alone, two."""


@pytest.fixture(scope="module")
def broker(kafka: EmbeddedKafka) -> EmbeddedKafka:
    """The session's broker with all topics, accounts and rights, as `migrate` leaves it; both offices' queues have an event."""
    settings = ProcessSettings(kafka_bootstrap_servers=kafka.bootstrap)
    ensure_topics(settings)
    for name in TRIED:
        kafka.accounts.password(name)
    ensure_accounts(settings, kafka.accounts.folder)
    ensure_acls(settings)
    producer = KafkaProducer(**kafka.settings().client(), acks="all")
    for code in (OFFICE, ANOTHER):
        producer.send(queue_topic(code).name, key=QUEUED, value=b"{}").get(30)
    producer.close()
    return kafka


def allowed(principal: str, topic: str) -> set[str]:
    """By the table. Who may do anything with a topic may know of it."""
    found = {grant.operation for grant in grants() if grant.principal == principal and _is_about(grant, topic)}
    return found | {"describe"} if found & {"read", "write"} else found


def _is_about(grant: Grant, topic: str) -> bool:
    return grant.kind == "topic" and (topic.startswith(grant.name) if grant.prefix else topic == grant.name)


@pytest.mark.parametrize("principal", TRIED)
def test_a_principal_may_do_with_each_topic_what_the_table_says_and_nothing_else(broker: EmbeddedKafka, principal: str) -> None:
    """As the broker's own authorizer answers, for every operation that it knows: none may delete, create, alter or clear."""
    admin = KafkaAdminClient(**broker.settings(principal).client())
    try:
        told = {topic["name"]: _operations(topic) for topic in admin.describe_topics()}
    finally:
        admin.close()

    assert told == {topic.name: allowed(principal, topic.name) for topic in all_topics() if allowed(principal, topic.name)}


def _operations(topic: dict[str, Any]) -> set[str]:
    return {name.lower().replace("_", "-") for name in topic["authorized_operations"]}


def test_nobody_but_the_case_stage_writes_events() -> None:
    """Nor deletes anybody anything, but for the operator."""
    writers = {name for name in principals() if name != OPERATOR and "write" in allowed(name, EVENTS.name)}

    assert writers == {"case"}
    assert {grant.principal for grant in grants() if grant.operation == "all"} == {OPERATOR}


def test_an_attack_without_an_account_gets_nowhere(broker: EmbeddedKafka) -> None:
    """A plain client is not let in: it can read nothing, answer as no office, rate as no citizen."""
    with pytest.raises(KafkaTimeoutError):
        KafkaAdminClient(bootstrap_servers=broker.bootstrap, bootstrap_timeout_ms=1500)


def test_an_office_reads_its_own_queue(broker: EmbeddedKafka) -> None:
    """The whole of it, in a group of its own."""
    consumer = KafkaConsumer(
        queue_topic(OFFICE).name,
        **broker.settings(office(OFFICE)).client(),
        group_id=f"{office(OFFICE)}.desk",
        auto_offset_reset="earliest",
    )
    try:
        assert next(record for record in consumer if record.key == QUEUED).topic == queue_topic(OFFICE).name
    finally:
        consumer.close()


def test_an_office_cannot_read_anothers_queue(broker: EmbeddedKafka) -> None:
    """Nor the record, nor in another one's group."""
    client = broker.settings(office(OFFICE)).client()
    for topic in (queue_topic(ANOTHER).name, EVENTS.name):
        consumer = KafkaConsumer(**client, auto_offset_reset="earliest")
        with pytest.raises(TopicAuthorizationFailedError):
            consumer.beginning_offsets([TopicPartition(topic, 0)])
        consumer.close()
    member = KafkaConsumer(queue_topic(OFFICE).name, **client, group_id=f"{office(ANOTHER)}.desk")
    with pytest.raises(GroupAuthorizationFailedError):
        _poll(member)


def _poll(consumer: KafkaConsumer) -> None:
    try:
        for _ in range(20):
            consumer.poll(timeout_ms=500)
    finally:
        consumer.close()


def test_an_office_cannot_rate_as_the_citizen(broker: EmbeddedKafka) -> None:
    """It may not write where the case stage reads, and an open transaction of its own cannot hold that up either."""
    rating = json.dumps({"action": "rate", "petition_id": "0" * 26, "actor": {"role": "citizen"}, "stars": 5}).encode()
    client = broker.settings(office(OFFICE)).client()
    producer = KafkaProducer(**client, acks="all", max_block_ms=5000)
    with pytest.raises(TopicAuthorizationFailedError):
        producer.send(ACTIONS.name, key=b"0" * 26, value=rating, partition=0).get(10)
    producer.close()
    with pytest.raises(TransactionalIdAuthorizationFailedError):
        KafkaProducer(**client, acks="all", transactional_id="mine").init_transactions()


def test_an_office_deletes_nothing(broker: EmbeddedKafka) -> None:
    """Not even its own queue."""
    admin = KafkaAdminClient(**broker.settings(office(OFFICE)).client())
    try:
        with pytest.raises(TopicAuthorizationFailedError):
            admin.delete_topics([queue_topic(OFFICE).name])
    finally:
        admin.close()


def test_what_the_table_does_not_name_any_more_is_taken_back(broker: EmbeddedKafka) -> None:
    """An entry that somebody added for one of ours goes at the next `migrate`; a foreign principal's stays."""
    from kafka.admin import ACL, ACLPermissionType, ResourcePattern, ResourceType

    settings = ProcessSettings(kafka_bootstrap_servers=broker.bootstrap)
    admin = KafkaAdminClient(**broker.settings().client())
    for name in (office(OFFICE), "mirror"):
        resource = ResourcePattern(ResourceType.TOPIC, EVENTS.name)
        admin.create_acls([ACL(f"User:{name}", "*", ACLOperation.READ, ACLPermissionType.ALLOW, resource)])
    admin.close()

    first, second = ensure_acls(settings), ensure_acls(settings)

    assert (first.added, first.removed) == (0, 1)
    assert (second.added, second.removed) == (0, 0)


def test_a_password_is_changed_by_writing_another_one(broker: EmbeddedKafka) -> None:
    """After the next `migrate` the new one holds, and the old one does not."""
    old = broker.settings(office(ANOTHER))
    (broker.accounts.folder / office(ANOTHER)).write_text("another", encoding="utf-8")
    told = ensure_accounts(ProcessSettings(kafka_bootstrap_servers=broker.bootstrap), broker.accounts.folder)

    assert told == 1
    KafkaAdminClient(**broker.settings(office(ANOTHER)).client()).close()
    with pytest.raises(Exception, match=r"(?i)authentication|bootstrap"):
        KafkaAdminClient(**old.client(), bootstrap_timeout_ms=1500)


def test_every_queue_has_its_office() -> None:
    """No topic of an office is without a principal that reads it."""
    read = {
        grant.name for grant in grants() if grant.principal.startswith("office-") and grant.operation == "read" and grant.kind == "topic"
    }

    assert read == {topic.name for topic in all_topics() if topic.name.startswith(QUEUE_PREFIX)}
