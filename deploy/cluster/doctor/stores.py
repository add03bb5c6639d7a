"""The stages' local stores, against the changelogs that they are kept up from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.cluster.doctor.finding import Finding, fine, mind, not_here, wrong
from deploy.cluster.doctor.patient import Patient
from streams.engine.look import UnreadableStore, looking

if TYPE_CHECKING:
    from streams.topology import Row


def stores(site: Patient) -> Iterator[Finding]:
    """Each partition's that lies here: readable, and not ahead of its changelog."""
    from streams.topology import TOPOLOGY

    root = site.stores
    rows = [row for row in TOPOLOGY if row.changelog is not None and (root / row.stage).is_dir()]
    if not rows:
        yield not_here(f"no store lies in {root}")
    for row in rows:
        yield from _of_stage(site, row, root / row.stage)


def _of_stage(site: Patient, row: Row, folder: Path) -> Iterator[Finding]:
    assert row.changelog is not None
    numbered = sorted((path for path in folder.iterdir() if path.name.isdigit()), key=lambda path: int(path.name))
    ends = _ends(site, row.changelog.name)
    for path in numbered:
        yield _of_partition(path, ends.get(int(path.name)))
    if left := [path.name for path in folder.iterdir() if not path.name.isdigit()]:
        yield mind(
            f"{folder}: {', '.join(sorted(left))} were put aside", "remove them when you have looked into why (log: store-set-aside)"
        )


def _of_partition(path: Path, end: int | None) -> Finding:
    try:
        with looking(path) as look:
            position = look.position or 0
    except UnreadableStore as error:
        return wrong(str(error), f"stop the worker, move {path} away and start it: it builds the store anew")
    if end is None:
        return wrong(f"{path}: its changelog has no such partition", "set PARTITIONS to what the topics have, and move the store away")
    if position > end:
        return wrong(
            f"{path} stands at {position}, its changelog ends at {end}: it is from another cluster, or a later state",
            "nothing: the worker puts it aside and builds it anew; see that the topics are the right ones",
        )
    return fine(f"{path}: at {position} of {end}")


def _ends(site: Patient, topic: str) -> dict[int, int]:
    from kafka import TopicPartition
    from kafka.admin import OffsetSpec

    numbers = [part["partition_index"] for part in site.topics.get(topic, {}).get("partitions", ())]
    found = site.admin.list_partition_offsets({TopicPartition(topic, number): OffsetSpec.LATEST for number in numbers}) if numbers else {}
    return {tp.partition: one.offset for tp, one in found.items()}
