"""What a committed step is counted as."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from schemas.events import topics
from schemas.platform import metrics
from schemas.platform.logs import log
from streams.engine.partition import Decided


def measured(stage: str, parts: Collection[Decided], seconds: float) -> None:
    """Count a step that has happened, `seconds` from its decision until it was stored."""
    records = sum(len(part.work.records) for part in parts)
    for topic, count in Counter(record.topic for part in parts for record in part.work.records).items():
        metrics.RECORDS().labels(stage, topic).inc(count)
    metrics.TRANSACTIONS().labels(stage).inc()
    metrics.STEP_SECONDS().labels(stage).observe(seconds)
    metrics.STEP_RECORDS().labels(stage).observe(records)
    for part in parts:
        for (counter, label), number in part.effects.counted.items():
            counter().labels(label).inc(number)
        _timers(stage, part)
        _rejected(stage, part)


def _timers(stage: str, part: Decided) -> None:
    if not part.work.due:
        return
    metrics.TIMERS_FIRED().labels(stage).inc(len(part.work.due))
    for key in part.work.due:
        if (entry := part.before.get(key)) and entry.due_ms is not None:
            metrics.TIMERS_LATE_SECONDS().labels(stage).observe(max(0, part.now_ms - entry.due_ms) / 1000)


def _rejected(stage: str, part: Decided) -> None:
    for kind, count in Counter(type(error).__name__ for _, error in part.effects.rejected).items():
        metrics.DEAD_LETTERS().labels(stage, kind).inc(count)
    for record, error in part.effects.rejected:
        at = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        log.warning("dead-letter", stage=stage, error=type(error).__name__, to=topics.DEAD_LETTERS.name, **at)
