"""The offices' queues on Kafka, against the record: an office whose topic differs gets it anew, whole and in order."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from consumers.kafka.records import Record
from consumers.queues import offsets as queue_offsets
from consumers.queues.delivery import plan
from deploy.cluster.groups import DISPATCHER
from deploy.cluster.idle import check_idle
from deploy.cluster.kafka import KafkaUnreachable, administering
from deploy.cluster.reading import partitions_of, reading, spans
from deploy.cluster.rebuild.difference import Difference
from deploy.cluster.rebuild.merged import merged
from deploy.cluster.site import Site
from schemas.commands.progress import Advance, Progress
from schemas.events.sealing import sealing
from schemas.events.topics import DAY_MS, EVENTS, QUEUE_PREFIX, queue_topic
from schemas.platform.settings import KeyringSettings
from schemas.reference import offices

if TYPE_CHECKING:
    from kafka.admin import KafkaAdminClient

Queue = dict[bytes, tuple[int, bytes]]
"""By petition: how many records the office has of it, and their digest in order."""


def rebuild(site: Site, progress: Progress) -> list[Difference]:
    """Compare every office's topic with what the record says up to where the dispatcher stands; write those anew that differ.

    Whoever reads such a topic reads all of it again. Raises AtWork while a dispatcher runs, and KafkaUnreachable.
    """
    with administering(site.settings) as admin:
        check_idle(admin, [DISPATCHER])
        span = _span(admin, site)
        since = time.time_ns() // 1_000_000 - _kept_ms() + DAY_MS
        with progress("events", sum(end - begin for begin, end in span.values())) as advance:
            wanted = _digests(_deliveries(site, span, since, advance))
        found = {office: _digests((office, record) for record in records) for office, records in _queues(admin, site, since)}
        differences = [difference(office, wanted.get(office, {}), found[office].get(office, {})) for office in offices()]
        wrong = {one.what for one in differences if not one.is_none}
        if wrong:
            _write_anew(admin, site, wrong, _deliveries(site, span, since, lambda _done: None))
        return differences


def difference(office: str, wanted: Mapping[bytes, tuple[int, bytes]], found: Mapping[bytes, tuple[int, bytes]]) -> Difference:
    """By petition: all of its records, each once, in order."""
    missing = sum(1 for petition in wanted if petition not in found)
    wrong = sum(1 for petition, content in wanted.items() if found.get(petition, content) != content)
    return Difference(office, len(wanted), missing, wrong, sum(1 for petition in found if petition not in wanted))


def _kept_ms() -> int:
    kept = queue_topic("any").retention_ms
    assert kept is not None
    return kept


def _span(admin: KafkaAdminClient, site: Site) -> dict[int, tuple[int, int]]:
    """What the dispatcher has handled of each partition of the record."""
    tps = partitions_of(admin, [EVENTS.name])
    committed = admin.list_group_offsets({DISPATCHER: tps})[DISPATCHER]
    kept = queue_offsets.read(site.settings)
    ends = {tp: max(committed[tp].offset, 0) or kept.get(f"{DISPATCHER}/{tp.topic}/{tp.partition}".encode(), 0) for tp in tps}
    return {tp.partition: (begin, ends[tp]) for tp, (begin, _) in spans(admin, tps).items()}


def _deliveries(site: Site, span: Mapping[int, tuple[int, int]], since: int, advance: Advance) -> Iterator[tuple[str, Record]]:
    """Office and record of each delivery that its topic still keeps."""
    open_value = sealing(site.read(KeyringSettings)).open_value
    for partition, record in merged(site.settings, EVENTS.name, span):
        advance(1)
        if record.timestamp >= since:
            for delivery in plan([(partition, record)], open_value).deliveries:
                yield delivery.office, Record(0, record.timestamp, record.key, delivery.value, list(record.headers))


def _queues(admin: KafkaAdminClient, site: Site, since: int) -> Iterator[tuple[str, list[Record]]]:
    """Every office with what its topic has."""
    found = spans(admin, partitions_of(admin, (queue_topic(office).name for office in offices())))
    with reading(site.settings) as reader:
        for tp, span in found.items():
            records = [record for batch in reader.between(tp, *span) for record in batch if record.timestamp >= since]
            yield tp.topic.removeprefix(QUEUE_PREFIX), records


def _digests(records: Iterable[tuple[str, Record]]) -> dict[str, Queue]:
    queues: defaultdict[str, Queue] = defaultdict(dict)
    for office, record in records:
        count, before = queues[office].get(record.key or b"", (0, b""))
        digest = hashlib.sha256(before + repr((record.value, record.headers)).encode()).digest()
        queues[office][record.key or b""] = (count + 1, digest)
    return queues


def _write_anew(admin: KafkaAdminClient, site: Site, offices_: set[str], deliveries: Iterable[tuple[str, Record]]) -> None:
    """Empty the topics of these offices, then write what belongs there."""
    from kafka import KafkaProducer

    ends = spans(admin, partitions_of(admin, (QUEUE_PREFIX + office for office in offices_)))
    admin.delete_records({tp: end for tp, (_, end) in ends.items()})
    producer = KafkaProducer(**site.settings.client(), acks="all", enable_idempotence=True, max_request_size=2_000_000)
    sent = [
        producer.send(QUEUE_PREFIX + office, key=record.key, value=record.value, headers=record.headers, partition=0)
        for office, record in deliveries
        if office in offices_
    ]
    producer.flush(timeout=120)
    producer.close(timeout=10)
    lost = sum(1 for future in sent if not future.is_done or future.failed())
    if lost:
        raise KafkaUnreachable(f"{lost} records of the queues were not acknowledged: do it again")
