"""The moment of a backup: positions of all topics, groups and the database that belong together.

Topics, groups and database cannot be read at one instant. But each of their positions only grows: when all are read twice and nothing has
grown, they stood together at the instant between. So that nothing grows, what the stages read is held back for that short time: a
transaction is opened on every partition of their inputs, behind which no reader goes on. Petitions and actions come in all the while.
The order:

1. Open the transaction; the stages and then the consumers run out of work.
2. Read all positions. 3. Begin the database's snapshot. 4. Read all positions again; if any has grown, or a transaction of the pipeline
   is still under way, go on with 2.
5. Abort the transaction: everybody goes on. If this tool dies before, Kafka aborts it after its time-out.

What came in meanwhile belongs to the backup as far as it fits the snapshot: petitions up to 2, whose keys are in it; actions up to 4,
since a request that the snapshot calls sent must be among them.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from deploy.cluster.groups import readers
from deploy.cluster.kafka import administering
from deploy.cluster.reading import partitions_of, spans
from deploy.errors import Failed
from schemas.events.topics import ACTIONS, INTAKE, all_topics
from schemas.platform.settings import ProcessSettings

if TYPE_CHECKING:
    from kafka import TopicPartition
    from kafka.admin import KafkaAdminClient

_HELD_MS = 30_000
_PATIENCE_SECONDS, _PAUSE_SECONDS = 15.0, 0.1
_OURS = ("petitions-", "dispatcher-")
_UNDER_WAY = ("Ongoing", "PrepareCommit", "PrepareAbort")


class NeverAtRest(Failed):
    """The pipeline did not come to rest while its input was held back."""


class Positions(NamedTuple):
    """Where each partition begins and is stable up to, and what each group has committed."""

    spans: Mapping[TopicPartition, tuple[int, int]]
    groups: Mapping[str, Mapping[TopicPartition, int]]


@dataclass(frozen=True, slots=True)
class Cut:
    """`spans`: first offset and end (exclusive) of what belongs to the backup, by partition; `groups`: next offsets; `cluster`: Kafka's id
    of itself; `held_seconds`: how long the input was held back."""

    spans: Mapping[TopicPartition, tuple[int, int]]
    groups: Mapping[str, Mapping[TopicPartition, int]]
    cluster: str
    held_seconds: float


def cut(settings: ProcessSettings, snapshot: Callable[[], None]) -> Cut:
    """Find the moment; `snapshot` begins the database's snapshot anew each time. Raises NeverAtRest, KafkaUnreachable."""
    with administering(settings) as admin:
        tps = partitions_of(admin, (topic.name for topic in all_topics()))
        cluster, began = admin.describe_cluster()["cluster_id"], time.monotonic()
        with held_back(settings, tps) as own:
            found, more = _at_rest(admin, tps, snapshot, own)
        return Cut({**found.spans, **more}, found.groups, cluster, time.monotonic() - began)


def _at_rest(
    admin: KafkaAdminClient, tps: list[TopicPartition], snapshot: Callable[[], None], own: str
) -> tuple[Positions, dict[TopicPartition, tuple[int, int]]]:
    """The positions, and how far the inputs reach beyond what is held back."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        petitions = _logs(admin, tps, INTAKE.name)
        first = _positions(admin, tps)
        snapshot()
        busy = _under_way(admin, own)  # before the second look: what ends after this one has grown something by then
        if not busy and _positions(admin, tps) == first:
            return first, petitions | _logs(admin, tps, ACTIONS.name)
        time.sleep(_PAUSE_SECONDS)
    raise NeverAtRest(
        f"the pipeline did not come to rest within {_PATIENCE_SECONDS:.0f} s: is a stage far behind (`petitions doctor`)? "
        "Try again when it has caught up, or stop the roles classify, case and dispatcher for the time of the backup"
    )


def _positions(admin: KafkaAdminClient, tps: list[TopicPartition]) -> Positions:
    read_by = {topic.name: groups for topic, groups in readers().items()}
    groups = {group for names in read_by.values() for group in names}
    committed = admin.list_group_offsets({group: [tp for tp in tps if group in read_by.get(tp.topic, ())] for group in groups})
    offsets = {group: {tp: one.offset for tp, one in found.items() if one.offset >= 0} for group, found in committed.items()}
    return Positions(spans(admin, tps), offsets)


def _logs(admin: KafkaAdminClient, tps: list[TopicPartition], topic: str) -> dict[TopicPartition, tuple[int, int]]:
    """Begin and end of the topic's logs, open transactions included."""
    from kafka.admin import OffsetSpec

    mine = [tp for tp in tps if tp.topic == topic]
    begins = admin.list_partition_offsets(dict.fromkeys(mine, OffsetSpec.EARLIEST))
    ends = admin.list_partition_offsets(dict.fromkeys(mine, OffsetSpec.LATEST))
    return {tp: (begins[tp].offset, ends[tp].offset) for tp in mine}


def _under_way(admin: KafkaAdminClient, own: str) -> bool:
    listed = admin.list_transactions(state_filters=list(_UNDER_WAY))
    return any(one.transactional_id.startswith(_OURS) and one.transactional_id != own for found in listed.values() for one in found)


@contextmanager
def held_back(settings: ProcessSettings, tps: list[TopicPartition]) -> Iterator[str]:
    """While this lasts nobody reads on in the stages' inputs; the id of the transaction that sees to it."""
    from kafka import KafkaProducer

    own = f"petitions-backup-{socket.gethostname()}"
    producer = KafkaProducer(
        **settings.client(),
        transactional_id=own,
        transaction_timeout_ms=_HELD_MS,
        acks="all",
        max_block_ms=10_000,
        bootstrap_timeout_ms=5000,
        allow_auto_create_topics=False,
    )
    try:
        producer.init_transactions()
        producer.begin_transaction()
        sent = [producer.send(tp.topic, value=b"", partition=tp.partition) for tp in tps if tp.topic in (INTAKE.name, ACTIONS.name)]
        for future in sent:
            future.get(timeout=10)
        try:
            yield own
        finally:
            producer.abort_transaction()
    finally:
        producer.close(timeout=3)
