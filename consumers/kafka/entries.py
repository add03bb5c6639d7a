"""A record as a timeline entry, for who only shows it."""

from __future__ import annotations

from consumers.kafka.records import Record
from consumers.timeline import TimelineEntry, from_record
from schemas.events.sealing import OpenValue, as_it_is
from schemas.platform.logs import log


def readable(record: Record, topic: str, open_value: OpenValue = as_it_is) -> TimelineEntry | None:
    """Its entry; None, and said, for what cannot be read. The projector dead-letters that, and loses none of it."""
    try:
        return from_record(record, open_value)
    except ValueError as error:
        log.warning("dead-letter", topic=topic, offset=record.offset, error=type(error).__name__)
        return None
