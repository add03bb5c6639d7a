"""The catalogue of Kafka topics: the one place where a topic's name and every setting on which a guarantee hangs are written.

`petitions run migrate` makes the topics with these settings and brings existing ones to them, `petitions doctor` compares. What the brokers
themselves must be set to is in `schemas/events/brokers.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.reference import offices

HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS
MEBIBYTE = 1024 * 1024

MAX_BATCH_BYTES = 2 * MEBIBYTE
"""The largest record batch that a topic takes, as it goes over the wire (`max.message.bytes`)."""
MAX_VALUE_BYTES = 1_900_000
"""The largest value that anybody writes: what is left for key, headers and the batch's head is far more than they take."""
BACKUP_LIMIT_MS = 6 * HOUR_MS
"""Compaction leaves younger records alone, so that a backup, which reads a changelog up to a mark, still finds all that stood there."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What differs between installations: settings REPLICATION and INTAKE_RETENTION_DAYS."""

    replication: int = 1
    intake_retention_days: int = 30

    @property
    def min_in_sync(self) -> int:
        """How many disks have a record before it is acknowledged: one broker may be away, and still nothing hangs on a single disk."""
        return max(1, self.replication - 1)


@dataclass(frozen=True, slots=True)
class Topic:
    """A Kafka topic. `partitions` None means the deployment's common number (setting `PARTITIONS`).

    `retention_ms`: -1 for ever; None as long as INTAKE_RETENTION_DAYS says. `segment_bytes`: None as the broker has it.
    """

    name: str
    what: str
    compacted: bool = False
    retention_ms: int | None = -1
    partitions: int | None = None
    max_batch_bytes: int = MAX_BATCH_BYTES
    segment_bytes: int | None = None


# A changelog is read whole at each restore, so its segments are small enough to be compacted soon.
CHANGELOG_SEGMENT = 64 * MEBIBYTE
# Small, so that retention works on an office's few petitions and 143 such topics stay cheap.
QUEUE_SEGMENT = 8 * MEBIBYTE

INTAKE = Topic("petitions.intake", "petitions as intake channels publish them", retention_ms=None)
CLASSIFIED = Topic("petitions.classified", "petitions with category, level, place and office", retention_ms=None)
ACTIONS = Topic("petitions.actions", "what offices, superiors and citizens ask for on a case", retention_ms=None)
EVENTS = Topic("petitions.events", "the record: all that happened to each petition, kept for ever; what people wrote stands in it sealed")
# A dead letter is the rejected record and its reason: it must always fit, or one record just below the limit would stop a stage.
DEAD_LETTERS = Topic(
    "petitions.dlq",
    "rejected input with its reason, to be mended and replayed",
    retention_ms=90 * DAY_MS,
    max_batch_bytes=4 * MAX_BATCH_BYTES,
)
CASE_CHANGELOG = Topic(
    "petitions.case-changelog", "the case stage's state, for its recovery", compacted=True, segment_bytes=CHANGELOG_SEGMENT
)

QUEUE_POSITIONS = Topic("petitions.queue-positions", "how far the offices' queues have been written", compacted=True, partitions=1)
"""Not an event: written by the dispatcher, in the transaction that delivers (docs/decisions/0010)."""

ERASURES = Topic(
    "petitions.erasures",
    "who was forgotten, so that no key from a backup brings the words or the contact back",
    compacted=True,
    partitions=1,
)
"""Not an event: key petition id, written before a key is destroyed (consumers/read_model/forgetting.py)."""

MODELS = Topic("petitions.models", "which text model was promoted, by whom, and what its gates found", partitions=1)
"""Not about a petition: key the new model's version, written by `petitions model promote` before the model is put in place."""

SHARED: tuple[Topic, ...] = (INTAKE, CLASSIFIED, ACTIONS, EVENTS, DEAD_LETTERS, CASE_CHANGELOG)
"""Keyed by petition id, all with the same number of partitions, so that one petition's life stays in order."""

INPUTS: tuple[Topic, ...] = tuple(topic for topic in SHARED if topic.retention_ms is None)
"""What the stages read. A stage that is away for longer than these are kept loses what came first."""

QUEUE_PREFIX = "queue."


def queue_topic(office: str) -> Topic:
    """The topic on which one office gets its own petitions. One partition: an office's queue is one ordered list."""
    return Topic(f"{QUEUE_PREFIX}{office}", f"the queue of {office}", retention_ms=90 * DAY_MS, partitions=1, segment_bytes=QUEUE_SEGMENT)


OFFICE_PREFIX, CHANNEL_PREFIX = "actions.", "intake."
CHANNELS = ("ihanoi", "sandbox")
"""The intake channels whose own system may write over Kafka; each has a topic and an account."""


def office_topic(office: str) -> Topic:
    """The topic on which one office's own system writes its actions; whoever writes there is that office."""
    return _of_another(f"{OFFICE_PREFIX}{office}", f"what {office}'s own system asks for, and nobody else")


def channel_topic(channel: str) -> Topic:
    """The topic on which one channel's own system writes petitions."""
    return _of_another(f"{CHANNEL_PREFIX}{channel}", f"petitions as {channel}'s own system publishes them, and nobody else")


def _of_another(name: str, what: str) -> Topic:
    # One partition: what one system writes is one ordered list. Half the usual size: what is forwarded must fit where it goes.
    return Topic(name, what, retention_ms=None, partitions=1, max_batch_bytes=MAX_BATCH_BYTES // 2, segment_bytes=QUEUE_SEGMENT)


def of_others() -> tuple[Topic, ...]:
    """All topics on which systems that are not the pipeline's write."""
    return (*(office_topic(code) for code in offices()), *(channel_topic(name) for name in CHANNELS))


def all_topics() -> tuple[Topic, ...]:
    return (*SHARED, QUEUE_POSITIONS, ERASURES, MODELS, *(queue_topic(code) for code in offices()), *of_others())


def config(topic: Topic, deployment: Deployment) -> dict[str, str]:
    """The topic's own settings, in Kafka's names; all else is the broker's.

    Timestamps are the broker's: a client's clock that is wrong would have its records refused, or deleted before their time.
    """
    found = {
        "min.insync.replicas": str(deployment.min_in_sync),
        "unclean.leader.election.enable": "false",
        "max.message.bytes": str(topic.max_batch_bytes),
        "message.timestamp.type": "LogAppendTime",
        **(_compaction() if topic.compacted else _deletion(topic, deployment)),
    }
    return found if topic.segment_bytes is None else found | _segments(topic.segment_bytes)


def _compaction() -> dict[str, str]:
    return {
        "cleanup.policy": "compact",
        # Close to one record a key, for those who read it whole.
        "min.cleanable.dirty.ratio": "0.3",
        "min.compaction.lag.ms": str(BACKUP_LIMIT_MS),
        # A store that comes back from an old disk must still find what was removed meanwhile.
        "delete.retention.ms": str(365 * DAY_MS),
    }


def _deletion(topic: Topic, deployment: Deployment) -> dict[str, str]:
    kept = deployment.intake_retention_days * DAY_MS if topic.retention_ms is None else topic.retention_ms
    found = {"cleanup.policy": "delete", "retention.ms": str(kept), "retention.bytes": "-1"}
    # Kafka deletes whole segments: with one a day, a record is gone a day after its time at the latest.
    return found if kept < 0 else found | {"segment.ms": str(DAY_MS)}


def _segments(size: int) -> dict[str, str]:
    return {"segment.bytes": str(size), "segment.index.bytes": str(min(MEBIBYTE, size // 128))}
