"""A timeline entry: one event of a petition, from a row of the read model or straight from its record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from schemas.events import wire
from schemas.events.sealing import SEALED, OpenValue, as_it_is
from schemas.events.wire import Record
from schemas.platform.instants import iso

# In the petition's row, or in fields of the entry itself.
_OUTSIDE = frozenset({"petition_id", "seq", "at", "case", "petition", "classification", "chain", SEALED})


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """`data` are the event's own fields, `case` the case after it (at least state, office, deadline), `at` ISO 8601 in UTC; `chain`:
    as of `schemas.events.chain`."""

    petition_id: str
    seq: int
    event_id: str
    what: str
    at: str
    data: dict[str, Any]
    case: dict[str, Any]
    chain: str | None = None


def from_record(record: Record, open_value: OpenValue = as_it_is) -> TimelineEntry:
    """From a record of petitions.events or of an office's queue; raise NotAnEvent when it is not one, or its case cannot be read."""
    event = wire.event(record)
    wire.instant(wire.view(event.case).received_at)
    fields = orjson.loads(open_value(record.value or b""))
    return TimelineEntry(event.petition_id, event.seq, event.id, event.what, event.at, _own(fields), fields["case"], event.chain)


def from_row(petition_id: str, seq: int, event_id: str, what: str, at: datetime, data: dict[str, Any]) -> TimelineEntry:  # noqa: PLR0917 — a row
    """From the columns of a row of `timeline`."""
    return TimelineEntry(petition_id, seq, event_id, what, iso(at), _own(data), data["case"], data.get("chain"))


def _own(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: given for name, given in fields.items() if name not in _OUTSIDE}
