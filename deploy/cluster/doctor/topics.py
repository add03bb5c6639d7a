"""The topics: there, laid out and set as the catalogue says, Kafka's own included, with all their copies in step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deploy.cluster.doctor.finding import Finding, mind, or_fine, wrong
from deploy.cluster.doctor.patient import Patient
from deploy.cluster.kafka import configs
from deploy.cluster.topics import deployment, differences, mismatches, wanted_configs
from schemas.events.brokers import INTERNAL_TOPICS
from schemas.events.topics import all_topics

_MIGRATE = "petitions run migrate"
_SHOWN = 5


def present(site: Patient) -> list[Finding]:
    """Each of the catalogue, and Kafka's own two."""
    missing = [name for name in (*(topic.name for topic in all_topics()), *INTERNAL_TOPICS) if name not in site.topics]
    return or_fine([wrong(f"missing: {_some(missing)}", _MIGRATE)] if missing else [], f"{len(all_topics())} topics")


def partitions(site: Patient) -> list[Finding]:
    """As many as PARTITIONS says: records in others would be read by nobody."""
    existing = {name: len(topic["partitions"]) for name, topic in site.topics.items()}
    found = mismatches(all_topics(), existing, site.settings.partitions)
    do = "set PARTITIONS, for every role, to the number that exists: a petition's partition follows from it"
    return or_fine([wrong(line, do) for line in found], f"{site.settings.partitions} of each shared topic")


def copies(site: Patient) -> list[Finding]:
    """As many as REPLICATION says, and all of them in step."""
    wanted, names = site.settings.replication, (*(topic.name for topic in all_topics()), *INTERNAL_TOPICS)
    topics = [site.topics[name] for name in names if name in site.topics]
    few = [topic["name"] for topic in topics if any(len(part["replica_nodes"]) < wanted for part in topic["partitions"])]
    behind = [f"{topic['name']} {part['partition_index']}" for topic in topics for part in topic["partitions"] if _is_behind(part)]
    return or_fine(_few_or_behind(few, behind, wanted), f"{wanted} of each partition, all in step")


def _few_or_behind(few: list[str], behind: list[str], wanted: int) -> Iterator[Finding]:
    if few:
        yield wrong(f"fewer than {wanted} copies: {_some(few)}", "kafka-reassign-partitions.sh, or set REPLICATION to what you have")
    if behind:
        yield mind(f"copies that are not in step: {_some(behind)}", "look at the brokers that have them: the next to fail stops writing")


def _is_behind(partition: dict[str, Any]) -> bool:
    return len(partition["isr_nodes"]) < len(partition["replica_nodes"])


def settings(site: Patient) -> list[Finding]:
    """Every topic's, against the catalogue."""
    wanted = {name: config for name, config in wanted_configs(deployment(site.settings)).items() if name in site.topics}
    found = differences(wanted, configs(site.admin, "topic", wanted))
    findings = [wrong(f"{one.topic}: {one.setting} is {one.before}, not {one.after}", _MIGRATE) for one in found]
    return or_fine(findings, f"as in the catalogue ({len(wanted)} topics)")


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
