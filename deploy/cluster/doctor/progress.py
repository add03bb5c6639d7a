"""That work goes on: groups have members and keep up, no transaction hangs, nothing lies among the dead letters unseen."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from deploy.cluster.doctor.finding import Finding, fine, mind, or_fine, wrong
from deploy.cluster.doctor.patient import Patient
from deploy.cluster.groups import DISPATCHER, Waiting, readers, retention_used, waiting, with_ages
from deploy.cluster.kafka import configs
from deploy.roles import CONSUMERS
from schemas.events.topics import DAY_MS, DEAD_LETTERS, EVENTS

_LATE_MS = 60_000
_RETENTION_SHARE = 0.1
_OPEN_MS = 20_000
_LETTER_DAYS = 7


def lag(site: Patient) -> list[Finding]:
    """Nothing waits for long, and nothing was deleted before it was read."""
    rows = with_ages(site.settings, [*waiting(site.admin, site.settings, readers()), *_in_database(site)])
    kept = configs(site.admin, "topic", {row.topic: ["retention.ms"] for row in rows})
    now = time.time_ns() // 1_000_000
    findings = [finding for row in rows if (finding := behind(row, int(kept[row.topic]["retention.ms"]), now)) is not None]
    return or_fine(findings, f"{len({row.group for row in rows})} readers keep up")


def behind(row: Waiting, retention_ms: int, now_ms: int) -> Finding | None:
    """What is to be said of one partition of a group, if anything."""
    where = f"{row.group} in {row.topic} {row.partition}"
    if row.position is not None and row.position > row.end:
        return wrong(
            f"{where} stands at {row.position}, the topic ends at {row.end}: it was made from another cluster's",
            "give it the right cluster, or restore both together (`petitions restore`)",
        )
    if row.lost:
        return wrong(
            f"{where}: {row.lost} records were deleted before it read them", "restore them from a backup; raise INTAKE_RETENTION_DAYS"
        )
    if retention_used(row, retention_ms, now_ms) > _RETENTION_SHARE:
        return wrong(f"{where}: the oldest record waits for {_days(row, now_ms)} days", "start its role: soon the record will be deleted")
    if row.oldest_ms is not None and now_ms - row.oldest_ms > _LATE_MS:
        return mind(
            f"{where}: {row.records} wait, the oldest for {(now_ms - row.oldest_ms) / 1000:.0f} s", "look at its role's log and lag"
        )
    return None


def members(site: Patient) -> list[Finding]:
    """Everything that is to be read has somebody who reads it."""
    wanted = [*readers().values(), *((name,) for name in CONSUMERS if name != DISPATCHER)]
    found = site.admin.describe_groups(sorted({name for names in wanted for name in names}))
    counts = {name: (len(group["members"]), group["group_state"]) for name, group in found.items()}
    findings = [finding for names in wanted for finding in manned(names, counts)]
    return or_fine(findings, f"{sum(count for count, _ in counts.values())} members in {len(wanted)} places")


def manned(names: Sequence[str], counts: Mapping[str, tuple[int, str]]) -> Iterator[Finding]:
    """Of several groups that could do the work one is enough. `counts`: members and state by group."""
    if not any(counts[name][0] for name in names):
        yield wrong(f"{' and '.join(names)}: no member", "start its role, or look into its log why it does not join")
    for name in names:
        members, state = counts[name]
        if members and state != "Stable":
            yield mind(f"{name} is {state} with {members} members", "look again in a minute; a member that is gone is dropped by then")


def transactions(site: Patient, open_ms: int = _OPEN_MS) -> list[Finding]:
    """None is open for long: what stands behind it on a topic waits for it."""
    listed = site.admin.list_transactions(state_filters=["Ongoing"], duration_filter_ms=open_ms)
    names = sorted({one.transactional_id for found in listed.values() for one in found})
    do = "kafka-transactions.sh --bootstrap-server … abort --transactional-id …, when its writer is gone"
    return or_fine([wrong(f"{name} has been open for over {open_ms / 1000:.0f} s", do) for name in names], "none open for long")


def letters(site: Patient) -> Iterator[Finding]:
    """New ones are looked at."""
    from kafka import TopicPartition
    from kafka.admin import OffsetSpec

    tps = [TopicPartition(DEAD_LETTERS.name, number) for number in range(site.settings.partitions)]
    since = int(time.time() * 1000) - _LETTER_DAYS * DAY_MS
    first = site.admin.list_partition_offsets(dict.fromkeys(tps, since))
    ends = site.admin.list_partition_offsets(dict.fromkeys(tps, OffsetSpec.LATEST))
    new = sum(1 for tp in tps if 0 <= first[tp].offset < ends[tp].offset)
    if new:
        yield mind(f"letters of the last {_LETTER_DAYS} days in {new} partitions", "`petitions dlq list`: each may be a citizen's petition")
    else:
        yield fine(f"none in the last {_LETTER_DAYS} days")


def _in_database(site: Patient) -> Iterator[Waiting]:
    """The consumers whose position stands beside their effect."""
    from kafka import TopicPartition
    from kafka.admin import OffsetSpec

    rows = site.database.execute("select consumer, partition, next_offset from consumer_offset where topic = %s", (EVENTS.name,)).fetchall()
    tps = [TopicPartition(EVENTS.name, partition) for _, partition, _ in rows]
    begins = site.admin.list_partition_offsets(dict.fromkeys(tps, OffsetSpec.EARLIEST))
    ends = site.admin.list_partition_offsets(dict.fromkeys(tps, OffsetSpec.LATEST))
    for (consumer, partition, offset), tp in zip(rows, tps, strict=True):
        yield Waiting(consumer, EVENTS.name, partition, offset, begins[tp].offset, ends[tp].offset)


def _days(row: Waiting, now_ms: int) -> int:
    return 0 if row.oldest_ms is None else (now_ms - row.oldest_ms) // DAY_MS
