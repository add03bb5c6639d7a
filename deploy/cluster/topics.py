"""Creates the topics of the catalogue, and brings those that exist to its settings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deploy.cluster.internal import ensure_internal
from deploy.cluster.kafka import TIMEOUT_MS, administering, alter, configs
from deploy.errors import Failed
from schemas.events.brokers import INTERNAL_TOPICS, LOWEST_METADATA_VERSION, LOWEST_VERSION, internal_config
from schemas.events.topics import Deployment, Topic, all_topics, config
from schemas.platform.settings import ProcessSettings

if TYPE_CHECKING:
    from kafka.admin import KafkaAdminClient

Configs = Mapping[str, Mapping[str, str]]


class TopicMismatch(Failed):
    """An existing topic has another number of partitions than the settings say."""


class KafkaTooOld(Failed):
    """The cluster lacks what the engine needs (docs/decisions/0009); said here, where the first connection to it is made."""


@dataclass(frozen=True, slots=True)
class Change:
    """A setting of a topic that was brought to the catalogue's."""

    topic: str
    setting: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.topic}: {self.setting} {self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class Ensured:
    """What was done to the topics: the names of those created, and what was changed of the others."""

    created: list[str]
    changed: list[Change]


def deployment(settings: ProcessSettings) -> Deployment:
    """What the catalogue must know of this installation."""
    return Deployment(settings.replication, settings.intake_retention_days)


def partitions_of(topic: Topic, common: int) -> int:
    return common if topic.partitions is None else topic.partitions


def mismatches(topics: Iterable[Topic], existing: Mapping[str, int], common: int) -> list[str]:
    """One line for each topic of `existing` (partitions by name) whose number of partitions is not the catalogue's."""
    return [
        f"{topic.name} has {existing[topic.name]} partitions, not {partitions_of(topic, common)}"
        for topic in topics
        if topic.name in existing and existing[topic.name] != partitions_of(topic, common)
    ]


def differences(wanted: Configs, found: Configs) -> list[Change]:
    """What differs of the topics that are `found`; only settings that `wanted` names count."""
    return [
        Change(topic, name, found[topic].get(name, "nothing"), value)
        for topic, settings in wanted.items()
        if topic in found
        for name, value in settings.items()
        if found[topic].get(name) != value
    ]


def wanted_configs(of: Deployment) -> dict[str, dict[str, str]]:
    """Every topic's settings, Kafka's own topics included."""
    return {
        **{topic.name: config(topic, of) for topic in all_topics()},
        **{name: internal_config(of) for name in INTERNAL_TOPICS},
    }


def ensure_topics(settings: ProcessSettings) -> Ensured:
    """Create what is missing and change what differs. Raises KafkaTooOld, TopicMismatch and KafkaUnreachable.

    Every change is safe while the pipeline runs: none of these settings touches a record that is there, but for a retention that is
    shorter than before, which is what was asked for.
    """
    from kafka.errors import TopicAlreadyExistsError

    with administering(settings) as admin:
        _check_version(admin)
        try:
            created = _create(admin, settings)
        except TopicAlreadyExistsError:
            # Somebody else is creating them at the same moment: look again, create the rest.
            created = _create(admin, settings)
        ensure_internal(admin)
        return Ensured(created, _bring(admin, wanted_configs(deployment(settings)), set(created)))


def existing_topics(settings: ProcessSettings) -> dict[str, int]:
    """The broker's topics, with their number of partitions. Raises KafkaUnreachable."""
    with administering(settings) as admin:
        return _partitions(admin)


def _check_version(admin: KafkaAdminClient) -> None:
    from streams.engine.release import TransactionsTooOld, check_transactions

    features = admin.describe_features()
    try:
        check_transactions(features.get("transaction.version", {}).get("finalized", (0, 0))[1])
    except TransactionsTooOld as error:
        raise KafkaTooOld(str(error)) from error
    if features["metadata.version"]["supported"][1] < LOWEST_METADATA_VERSION:
        raise KafkaTooOld(f"the brokers are older than Kafka {LOWEST_VERSION}, the lowest that will do (docs/operations.md, Brokers)")


def _partitions(admin: KafkaAdminClient) -> dict[str, int]:
    return {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics()}


def _create(admin: KafkaAdminClient, settings: ProcessSettings) -> list[str]:
    existing = _partitions(admin)
    wrong = mismatches(all_topics(), existing, settings.partitions)
    if wrong:
        raise TopicMismatch(
            "; ".join(wrong) + ". A petition's partition follows from their number, so it cannot change: "
            "set PARTITIONS to the number that exists, or start with an empty cluster."
        )
    missing = {topic.name: _new(topic, settings) for topic in all_topics() if topic.name not in existing}
    if missing:
        admin.create_topics(missing, timeout_ms=TIMEOUT_MS, wait_for_metadata=True)
    return list(missing)


def _new(topic: Topic, settings: ProcessSettings) -> dict[str, object]:
    return {
        "num_partitions": partitions_of(topic, settings.partitions),
        "replication_factor": settings.replication,
        "configs": config(topic, deployment(settings)),
    }


def _bring(admin: KafkaAdminClient, wanted: Configs, created: Collection[str]) -> list[Change]:
    """Those `created` just now have their settings: at the first start they are hundreds."""
    before = {name: settings for name, settings in wanted.items() if name not in created}
    changes = differences(before, configs(admin, "topic", before))
    by_topic: dict[str, dict[str, str]] = {}
    for change in changes:
        by_topic.setdefault(change.topic, {})[change.setting] = change.after
    alter(admin, by_topic)
    return changes
