"""Creates the topics of the catalogue and checks those that exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from deploy.errors import Failed, Unreachable
from schemas.events.topics import DEAD_LETTERS, QUEUE_PREFIX, Topic, all_topics
from schemas.platform.settings import ProcessSettings

if TYPE_CHECKING:
    from kafka.admin import KafkaAdminClient

_CONNECT_MS, _TIMEOUT_MS = 5_000, 30_000
_COMPACTED = {
    "cleanup.policy": "compact",
    # A changelog is read whole at each restore: keep it close to one record a key.
    "min.cleanable.dirty.ratio": "0.3",
    "segment.bytes": str(64 * 1024 * 1024),
}
# Small, so that retention works on an office's few petitions and 143 such topics stay cheap.
_QUEUE = {"segment.bytes": str(8 * 1024 * 1024), "segment.index.bytes": str(64 * 1024)}
# A dead letter is the rejected record and its reason: it must always fit, or one record just below the limit would stop a stage.
_DEAD_LETTERS = {"max.message.bytes": str(8 * 1024 * 1024)}


class TopicMismatch(Failed):
    """An existing topic has another number of partitions than the settings say."""


class KafkaTooOld(Failed):
    """The cluster lacks what the engine needs (docs/decisions/0009); said here, where the first connection to it is made."""


class KafkaUnreachable(Unreachable):
    """No broker answered, or it refused to create the topics."""


def partitions_of(topic: Topic, common: int) -> int:
    return common if topic.partitions is None else topic.partitions


def config_of(topic: Topic) -> dict[str, str]:
    """The topic's own configuration; all else is the broker's."""
    if topic.compacted:
        return dict(_COMPACTED)
    retention = {"retention.ms": str(topic.retention_ms)}
    if topic == DEAD_LETTERS:
        return retention | _DEAD_LETTERS
    return retention | _QUEUE if topic.name.startswith(QUEUE_PREFIX) else retention


def mismatches(topics: Iterable[Topic], existing: dict[str, int], common: int) -> list[str]:
    """One line for each topic of `existing` (partitions by name) whose number of partitions is not the catalogue's."""
    return [
        f"{topic.name} has {existing[topic.name]} partitions, not {partitions_of(topic, common)}"
        for topic in topics
        if topic.name in existing and existing[topic.name] != partitions_of(topic, common)
    ]


def ensure_topics(settings: ProcessSettings) -> list[str]:
    """Create what is missing; the names created. Raises KafkaTooOld, TopicMismatch and KafkaUnreachable."""
    from kafka.errors import TopicAlreadyExistsError

    with _admin(settings) as admin:
        _check_transactions(admin)
        try:
            return _ensure(admin, settings)
        except TopicAlreadyExistsError:
            # Somebody else is creating them at the same moment: look again, create the rest.
            return _ensure(admin, settings)


def existing_topics(settings: ProcessSettings) -> dict[str, int]:
    """The broker's topics, with their number of partitions. Raises KafkaUnreachable."""
    with _admin(settings) as admin:
        return _partitions(admin)


@contextmanager
def _admin(settings: ProcessSettings) -> Iterator[KafkaAdminClient]:
    from kafka.admin import KafkaAdminClient
    from kafka.errors import KafkaError

    servers = settings.kafka_bootstrap_servers.split(",")
    try:
        admin = KafkaAdminClient(
            bootstrap_servers=servers,
            client_id="petitions-topics",
            request_timeout_ms=_TIMEOUT_MS,
            bootstrap_timeout_ms=_CONNECT_MS,
        )
        try:
            yield admin
        finally:
            admin.close()
    except KafkaError as error:
        raise KafkaUnreachable(f"Kafka at {settings.kafka_bootstrap_servers} does not answer as it should: {error}") from error


def _check_transactions(admin: KafkaAdminClient) -> None:
    from streams.engine.client import TransactionsTooOld, check_transactions

    _, found = admin.describe_features().get("transaction.version", {}).get("finalized", (0, 0))
    try:
        check_transactions(found)
    except TransactionsTooOld as error:
        raise KafkaTooOld(str(error)) from error


def _partitions(admin: KafkaAdminClient) -> dict[str, int]:
    return {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics()}


def _ensure(admin: KafkaAdminClient, settings: ProcessSettings) -> list[str]:
    existing = _partitions(admin)
    wrong = mismatches(all_topics(), existing, settings.partitions)
    if wrong:
        raise TopicMismatch(
            "; ".join(wrong) + ". A petition's partition follows from their number, so it cannot change: "
            "set PARTITIONS to the number that exists, or start with an empty cluster."
        )
    missing = {topic.name: _new(topic, settings) for topic in all_topics() if topic.name not in existing}
    if missing:
        admin.create_topics(missing, timeout_ms=_TIMEOUT_MS, wait_for_metadata=True)
    return list(missing)


def _new(topic: Topic, settings: ProcessSettings) -> dict[str, object]:
    return {
        "num_partitions": partitions_of(topic, settings.partitions),
        "replication_factor": settings.replication,
        "configs": config_of(topic),
    }
