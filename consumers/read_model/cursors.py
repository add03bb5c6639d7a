"""In which order cases are listed, and where a page ended, as an opaque text that nobody can forge into something else."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
import orjson

Cursor = tuple[Any, ...]
"""Values of the sort's keys, of the last row of a page."""


class Sort(StrEnum):
    """In which order cases are listed."""

    PRESSING = "pressing"
    DUE = "due"
    OLDEST = "oldest"
    NEWEST = "newest"
    LEVEL = "level"
    UPDATED = "updated"


SORTS: Mapping[Sort, str] = {
    Sort.PRESSING: "urgent, then pressing, then the least working time left",
    Sort.DUE: "the least working time left",
    Sort.OLDEST: "the oldest first",
    Sort.NEWEST: "the newest first",
    Sort.LEVEL: "urgent, complex, ordinary, of each the least working time left",
    Sort.UPDATED: "in the order of their last change, for who fetches what is new",
}


@dataclass(frozen=True, slots=True)
class Key:
    """A column of an order: its name in a row, of what it is made, its type in PostgreSQL, ` desc` or nothing."""

    name: str
    expression: str
    kind: str
    direction: str = ""


_URGENCY = Key("urgency", "p.urgency", "smallint")
_DUE = Key("due", "p.due", "timestamptz")
_ID = Key("petition_id", "p.petition_id", "text")
_LEVEL = Key("rank", "array_position('{urgent,complex,ordinary}'::text[], p.level)", "int")
KEYS: Mapping[Sort, tuple[Key, ...]] = {
    Sort.PRESSING: (_URGENCY, _DUE, _ID),
    Sort.DUE: (_DUE, _ID),
    Sort.OLDEST: (Key("received_at", "p.received_at", "timestamptz"), _ID),
    Sort.NEWEST: (Key("received_at", "p.received_at", "timestamptz", " desc"), Key("petition_id", "p.petition_id", "text", " desc")),
    Sort.LEVEL: (_LEVEL, _DUE, _ID),
    Sort.UPDATED: (Key("updated_at", "p.updated_at", "timestamptz"), _ID),
}

_Number = Annotated[int, msgspec.Meta(ge=0, le=3)]
_Instant = Annotated[str, msgspec.Meta(pattern=r"^(infinity|20\d{2}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?[+-]\d{2}(:\d{2})?)$")]
"""As PostgreSQL writes an instant; Python and it understand different ones beyond that."""
_PetitionId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{26}$")]
_ONE = msgspec.json.Decoder(tuple[_Instant, _PetitionId])
_TWO = msgspec.json.Decoder(tuple[_Number, _Instant, _PetitionId])


def written(key: Sequence[str]) -> str:
    """The cursor behind a row; `key`: as PostgreSQL writes its values."""
    values = [int(key[0]), *key[1:]] if len(key) > len(KEYS[Sort.DUE]) else list(key)
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def parsed(text: str, sort: Sort) -> Cursor:
    """Read what `written` gave for this order; raise ValueError for anything else."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        *first, instant, petition_id = (_TWO if len(KEYS[sort]) > len(KEYS[Sort.DUE]) else _ONE).decode(raw)
    except (binascii.Error, msgspec.DecodeError, UnicodeError) as error:
        raise ValueError("not a cursor") from error
    return (*first, instant if instant == "infinity" else datetime.fromisoformat(instant).astimezone(UTC).isoformat(), petition_id)
