"""The parts of a case event that the measures need, decoded from its JSON."""

from __future__ import annotations

from datetime import datetime

import msgspec

from schemas.events.case import CaseEvent


class Actor(msgspec.Struct, frozen=True, gc=False):
    role: str
    office: str | None = None


class Clock(msgspec.Struct, frozen=True, gc=False):
    name: str
    due_at: datetime
    paused_at: datetime | None = None


class Case(msgspec.Struct, frozen=True, gc=False):
    """The case after the event."""

    state: str
    received_at: datetime
    office: str | None = None
    escalation: int = 0
    clocks: tuple[Clock, ...] = ()


class Happening(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """`what` comes from the event's type, everything else from its value; fields of other event types are None."""

    what: str = ""
    petition_id: str
    seq: int
    at: datetime
    actor: Actor
    case: Case
    in_time: bool | None = None
    stars: int | None = None
    because: str | None = None
    clock: str | None = None
    excused: bool | None = None
    from_office: str | None = None


_DECODER = msgspec.json.Decoder(Happening)


def happening(what: str, value: bytes) -> Happening:
    """From an event's type name (`answered`) and its JSON; raise msgspec.DecodeError when it is no case event."""
    return msgspec.structs.replace(_DECODER.decode(value), what=what)


def of_event(event: CaseEvent) -> Happening:
    """From the event's model."""
    return happening(event.what, event.model_dump_json().encode())
