"""A timeline entry: one event of a petition, from a row of the read model or straight from its record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from consumers.kafka.records import Record
from schemas.events.catalogue import what_of

# In the petition's row, or in fields of the entry itself.
_OUTSIDE = frozenset({"petition_id", "seq", "at", "case", "petition", "classification"})


@dataclass(frozen=True, slots=True)
class Entry:
    """`data` are the event's own fields, `case` the case after it (at least state, office, deadline), `at` ISO 8601 in UTC."""

    petition_id: str
    seq: int
    event_id: str
    what: str
    at: str
    data: dict[str, Any]
    case: dict[str, Any]


def from_record(record: Record) -> Entry:
    """From a record of petitions.events or of an office's queue; raises ValueError or KeyError when it is not one."""
    headers = dict(record.headers)
    value = orjson.loads(record.value or b"")
    return Entry(
        value["petition_id"],
        value["seq"],
        headers["ce_id"].decode(),
        what_of(headers["ce_type"].decode()),
        value["at"],
        {name: given for name, given in value.items() if name not in _OUTSIDE},
        value["case"],
    )


def from_row(petition_id: str, seq: int, event_id: str, what: str, at: datetime, data: dict[str, Any]) -> Entry:  # noqa: PLR0917 — a row
    """From the columns of a row of `timeline`."""
    own = {name: given for name, given in data.items() if name not in _OUTSIDE}
    return Entry(petition_id, seq, event_id, what, iso(at), own, data["case"])


def iso(moment: datetime) -> str:
    """As events write instants: UTC, milliseconds only when there are some, `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="auto").replace("+00:00", "Z")
