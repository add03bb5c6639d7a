"""Puts open cases under another policy: finds them in the case stage's changelog and asks for each on `petitions.actions`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.events.actions import Recompute
from schemas.events.base import Actor, Role
from schemas.events.catalogue import ACTION_REQUESTED
from schemas.events.envelope import Envelope, derived_id, headers
from schemas.events.standing import OPEN_STATES, State
from schemas.events.topics import ACTIONS, CASE_CHANGELOG
from schemas.platform.kafka import KafkaSettings
from streams.case.decide.state import Case, decode, is_case
from streams.engine import store

SOURCE = "streams/policy"
_PATIENCE_S = 30.0


class NotReachable(RuntimeError):
    """Kafka does not answer, or not in time."""


def open_cases(kafka: KafkaSettings) -> list[Case]:
    """Every case that is open or merged, as the changelog has it now."""
    latest: dict[bytes, Case] = {}
    for key, value in _changelog(kafka):
        if value is None:
            latest.pop(key, None)
        elif is_case(key):
            latest[key] = decode(store.decode(value).value)
    return [case for case in latest.values() if case.state in OPEN_STATES or case.state is State.MERGED]


def _changelog(kafka: KafkaSettings) -> Iterator[tuple[bytes, bytes | None]]:
    consumer = KafkaConsumer(
        **kafka.client(),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        allow_auto_create_topics=False,
    )
    try:
        numbers = consumer.partitions_for_topic(CASE_CHANGELOG.name)
        if not numbers:
            raise NotReachable(f"there is no topic {CASE_CHANGELOG.name}")
        partitions = [TopicPartition(CASE_CHANGELOG.name, number) for number in numbers]
        consumer.assign(partitions)
        yield from _until(consumer, consumer.end_offsets(partitions))
    finally:
        consumer.close()


def _until(consumer: Any, ends: dict[Any, int]) -> Iterator[tuple[bytes, bytes | None]]:
    """Records up to `ends`. The positions tell when that is: transaction markers take offsets but are no records."""
    waiting_since = time.monotonic()
    while any(consumer.position(partition) < end for partition, end in ends.items()):
        found = consumer.poll(timeout_ms=500)
        for records in found.values():
            for record in records:
                yield record.key, record.value
        if found:
            waiting_since = time.monotonic()
        elif time.monotonic() - waiting_since > _PATIENCE_S:
            raise NotReachable("the changelog could not be read to its end")


def publish(kafka: KafkaSettings, cases: list[Case], version: str, reason: str, advance: Callable[[], None]) -> int:
    """Ask for each case's recomputation and wait for Kafka's acknowledgement; cases under `version` already are left out.

    Command again, the same event ids come out, so that a case is recomputed once however often the command is repeated.
    """
    producer = KafkaProducer(**kafka.client(), acks="all", enable_idempotence=True)
    try:
        waiting = [_send(producer, case, version, reason) for case in cases if case.policy != version]
        for sent in waiting:
            sent.get(timeout=_PATIENCE_S)
            advance()
        return len(waiting)
    finally:
        producer.close()


def _send(producer: Any, case: Case, version: str, reason: str) -> Any:
    now = datetime.now(UTC)
    action = Recompute(petition_id=case.id, actor=Actor(role=Role.OPERATOR), requested_at=now, policy_version=version, reason=reason)
    envelope = Envelope(derived_id(case.id, f"recompute:{version}"), SOURCE, ACTION_REQUESTED.type, case.id, now)
    value = action.model_dump_json().encode()
    return producer.send(ACTIONS.name, key=case.id.encode(), value=value, headers=headers(envelope))
