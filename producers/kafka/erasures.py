"""Whose contact was erased, kept outside the database that holds the keys: a database restored from an older dump has the keys again.

The order of an erasure: 1. it is noted on `petitions.erasures`, acknowledged by all replicas; 2. the key is deleted. After a crash between
the two the key is still there and the note says that it should not be: noted again, or replayed, the erasure is completed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from producers.intake.vault import PostgresVault
from producers.kafka.publisher import Unavailable
from schemas.events.topics import ERASURES
from schemas.platform.settings import ProcessSettings

_SECONDS = 15


def erase(settings: ProcessSettings, vault: PostgresVault, petition_id: str, at: datetime) -> bool:
    """Erase a petitioner's contact for good; False when there was none. Raises Unavailable, VaultUnavailable; then do it again."""
    note(settings, {petition_id: at})
    return vault.erase(petition_id)


def note(settings: ProcessSettings, erased: Mapping[str, datetime]) -> None:
    """Note erasures by petition id. Raises Unavailable when one of them is not acknowledged."""
    try:
        producer = KafkaProducer(
            **settings.client(),
            acks="all",
            enable_idempotence=True,
            allow_auto_create_topics=False,
            bootstrap_timeout_ms=5000,
        )
        try:
            sent = [producer.send(ERASURES.name, key=key.encode(), value=_value(at), partition=0) for key, at in erased.items()]
            for future in sent:
                future.get(timeout=_SECONDS)
        finally:
            producer.close(timeout=3)
    except KafkaError as error:
        raise Unavailable(f"the erasure could not be noted: {type(error).__name__}") from error


def noted(settings: ProcessSettings) -> dict[str, datetime]:
    """All erasures by petition id. Raises KafkaError; nothing when there is no such topic yet."""
    consumer = KafkaConsumer(
        **settings.client(),
        group_id=None,
        enable_auto_commit=False,
        isolation_level="read_committed",
        allow_auto_create_topics=False,
        bootstrap_timeout_ms=5000,
    )
    try:
        tp, found = TopicPartition(ERASURES.name, 0), dict[str, datetime]()
        if not consumer.partitions_for_topic(ERASURES.name):
            return found
        consumer.assign([tp])
        consumer.seek_to_beginning(tp)
        end = consumer.end_offsets([tp])[tp]
        while (consumer.position(tp, timeout_ms=10_000) or 0) < end:
            for record in consumer.poll(timeout_ms=500).get(tp, []):
                found[record.key.decode()] = datetime.fromisoformat(json.loads(record.value)["erased_at"])
        return found
    finally:
        consumer.close(timeout_ms=1000)


def _value(at: datetime) -> bytes:
    return json.dumps({"erased_at": at.isoformat()}).encode()


def replay(vault: PostgresVault, erased: Iterable[str]) -> int:
    """Delete the keys of these petitions; how many there were. A petition without a row gets one, so that it can never have a key again."""
    return sum(vault.erase_for_good(petition_id) for petition_id in erased)
