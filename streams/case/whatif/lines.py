"""One event of the record, as far as replaying needs it. Unknown fields are skipped: reading is the most of the work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from schemas.events.actions import RefusalKind, ResultKind
from schemas.events.base import Level, Role
from schemas.events.case import State
from schemas.events.catalogue import PREFIX, what_of
from schemas.events.intake import PetitionKind
from schemas.platform.clock import to_ms


class BadLine(ValueError):
    """The record has something that is no event of a case; the message says what, without its content."""


class Person(msgspec.Struct, frozen=True, gc=False):
    role: Role
    office: str | None = None
    id: str | None = None


class View(msgspec.Struct, gc=False):
    """The case after the event."""

    state: State
    category: str
    level: Level
    policy_version: str
    office: str | None = None
    deadline: datetime | None = None


class _Spot(msgspec.Struct, gc=False):
    ward_code: str | None = None


class Petition(msgspec.Struct, gc=False):
    submitted_at: datetime
    location: _Spot | None = None


class Classification(msgspec.Struct, gc=False):
    category: str
    level: Level
    office: str
    triage: bool
    kind: PetitionKind = PetitionKind.PETITION
    co_offices: tuple[str, ...] = ()
    place: _Spot = msgspec.field(default_factory=_Spot)


class Line(msgspec.Struct, gc=False):
    """An event; `what` comes from its type. The fields below `case` belong to single types of events."""

    petition_id: str
    seq: int
    at: datetime
    actor: Person
    cause: str
    case: View
    what: str = ""
    asked_at: datetime | None = None
    reason: str | None = None
    petition: Petition | None = None
    classification: Classification | None = None
    to_office: str | None = None
    because: str | None = None
    question: str | None = None
    text: str | None = None
    media_urls: tuple[str, ...] = ()
    deadline_before: datetime | None = None
    deadline_after: datetime | None = None
    promise_date: datetime | None = None
    evidence_urls: tuple[str, ...] = ()
    result: ResultKind | None = None
    answer_cause: str | None = None
    in_time: bool | None = None
    stars: int | None = None
    comment: str | None = None
    kind: RefusalKind | None = None
    right_address: str | None = None
    into: str | None = None
    follower: str | None = None
    leader: str | None = None
    event_type: str | None = None
    detail: dict[str, Any] | None = None
    away_from: datetime | None = None
    away_until: datetime | None = None
    policy_after: str | None = None

    @property
    def at_ms(self) -> int:
        return to_ms(self.at)

    @property
    def asked_ms(self) -> int:
        """When the broker took in what was asked for."""
        return to_ms(self.asked_at) if self.asked_at is not None else self.at_ms

    @property
    def deadline_ms(self) -> int | None:
        return to_ms(self.case.deadline) if self.case.deadline is not None else None

    @property
    def by_time(self) -> bool:
        """Time alone brought it about."""
        return self.cause.startswith("timer:")


class _Structured(msgspec.Struct, gc=False):
    """A CloudEvent in JSON, as an export has one on each line."""

    type: str
    data: msgspec.Raw


_LINE = msgspec.json.Decoder(Line)
_STRUCTURED = msgspec.json.Decoder(_Structured)


def line_of(type_: str, value: bytes | msgspec.Raw) -> Line:
    """From an event's type and its data; raise BadLine."""
    if not type_.startswith(PREFIX):
        raise BadLine("type: not an event of a petition")
    try:
        line = _LINE.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadLine(f"data: {error}") from None
    line.what = what_of(type_)
    return line


def structured(raw: bytes) -> Line:
    """From a line of an export; raise BadLine."""
    try:
        found = _STRUCTURED.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadLine(f"not a CloudEvent: {error}") from None
    return line_of(found.type, found.data)
