"""The catalogue of Kafka topics: the one place where a topic's name, key and retention are written."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.reference import offices

DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Topic:
    """A Kafka topic. `partitions` None means the deployment's common number (setting `PARTITIONS`)."""

    name: str
    what: str
    compacted: bool = False
    retention_ms: int = -1
    partitions: int | None = None


INTAKE = Topic("petitions.intake", "petitions as intake channels publish them", retention_ms=30 * DAY_MS)
CLASSIFIED = Topic("petitions.classified", "petitions with category, level, place and office", retention_ms=30 * DAY_MS)
ACTIONS = Topic("petitions.actions", "what offices, superiors and citizens ask for on a case", retention_ms=30 * DAY_MS)
EVENTS = Topic("petitions.events", "the record: all that happened to each petition, kept for ever")
DEAD_LETTERS = Topic("petitions.dlq", "rejected input with its reason, to be mended and replayed")
CASE_CHANGELOG = Topic("petitions.case-changelog", "the case stage's state, for its recovery", compacted=True)

QUEUE_POSITIONS = Topic("petitions.queue-positions", "how far the offices' queues have been written", compacted=True, partitions=1)
"""Not an event: written by the dispatcher, in the transaction that delivers (docs/decisions/0010)."""

SHARED: tuple[Topic, ...] = (INTAKE, CLASSIFIED, ACTIONS, EVENTS, DEAD_LETTERS, CASE_CHANGELOG)
"""Keyed by petition id, all with the same number of partitions, so that one petition's life stays in order."""

QUEUE_PREFIX = "queue."


def queue_topic(office: str) -> Topic:
    """The topic on which one office gets its own petitions. One partition: an office's queue is one ordered list."""
    return Topic(f"{QUEUE_PREFIX}{office}", f"the queue of {office}", retention_ms=90 * DAY_MS, partitions=1)


def all_topics() -> tuple[Topic, ...]:
    return (*SHARED, QUEUE_POSITIONS, *(queue_topic(code) for code in offices()))
