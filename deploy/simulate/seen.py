"""What somebody who is told of an event reads in it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from schemas.platform.clock import to_ms


class SeenClock(msgspec.Struct, frozen=True, gc=False):
    name: str
    started_at: datetime
    due_at: datetime


class SeenCase(msgspec.Struct, frozen=True, gc=False):
    """The case after the event."""

    state: str
    category: str
    level: str
    office: str | None = None
    clocks: tuple[SeenClock, ...] = ()
    reopened: int = 0
    rating: int | None = None
    decider: str | None = None
    ward_code: str | None = None


class Seen(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An event; fields that its type has not are None."""

    what: str = ""
    petition_id: str
    seq: int
    at: datetime
    case: SeenCase
    binding: bool | None = None
    rung: int | None = None
    in_time: bool | None = None
    result: str | None = None
    evidence_urls: tuple[str, ...] = ()
    promise_date: datetime | None = None
    proposed_office: str | None = None

    @property
    def now(self) -> int:
        """When it happened, ms UTC."""
        return to_ms(self.at)

    def clock(self, name: str) -> SeenClock | None:
        return next((clock for clock in self.case.clocks if clock.name == name), None)


_DECODER = msgspec.json.Decoder(Seen)


def seen(what: str, value: bytes) -> Seen:
    """From an event's type name and its JSON; raise msgspec.DecodeError when it is no case event."""
    return msgspec.structs.replace(_DECODER.decode(value), what=what)
