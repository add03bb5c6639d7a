"""The record read from its begin to its end, each partition through a `Checked`."""

from __future__ import annotations

from collections.abc import Iterable

from deploy.cluster.audit.verify import Checked, Fault
from deploy.cluster.kafka import administering
from deploy.cluster.reading import partitions_of, reading, spans
from schemas.commands.progress import Progress
from schemas.events.topics import EVENTS
from schemas.platform.settings import ProcessSettings


def checked(settings: ProcessSettings, wanted: Iterable[str], progress: Progress) -> tuple[list[Checked], list[Fault]]:
    """All partitions up to their present end, and what is wrong in them. Raises KafkaUnreachable."""
    with administering(settings) as admin:
        ends = spans(admin, partitions_of(admin, [EVENTS.name]))
    found: list[Checked] = []
    faults: list[Fault] = []
    with reading(settings) as reader, progress("events", sum(end - begin for begin, end in ends.values())) as advance:
        for tp, (begin, end) in sorted(ends.items(), key=lambda one: one[0].partition):
            one = Checked(tp.partition, whole=begin == 0, wanted=set(wanted))
            for batch in reader.between(tp, begin, end):
                faults += one.take(batch)
                advance(len(batch))
            found.append(one)
    return found, faults
