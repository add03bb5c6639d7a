"""The parts of a case event that consumers need on their hot paths, decoded from its JSON without building the models.

The events come from our own committed transactions, where the models made them; so only what is used here is checked here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import msgspec

from schemas.events.base import Level
from schemas.events.case import State
from schemas.events.catalogue import PREFIX, what_of
from schemas.events.lateness import late_from

NOTHING = msgspec.Raw(b"")


class Record(Protocol):
    """What is asked of a record, whoever read it from Kafka."""

    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    def header(self, name: str) -> bytes | None:
        """The first header of that name."""
        ...


class NotAnEvent(ValueError):
    """The record is not a case event that can be used; the message says why, without its content."""


class Clock(msgspec.Struct, gc=False):
    name: str
    due_at: str
    paused_at: str | None = None


class Case(msgspec.Struct, gc=False):
    """What the read model and the dispatcher need of `CaseView`; instants as they were written."""

    state: str
    category: str
    level: str
    received_at: str
    office: str | None = None
    co_offices: tuple[str, ...] = ()
    ward_code: str | None = None
    deadline: str | None = None
    clocks: tuple[Clock, ...] = ()
    escalation: int = 0
    escalated_to: str | None = None
    decider: str | None = None
    breached: bool = False

    @property
    def is_work(self) -> bool:
        """An office (or triage) still has to do something; `answered` waits for the citizen."""
        return self.state in WORK

    @property
    def urgency(self) -> int:
        """0 urgent and pressing, 1 urgent, 2 pressing, 3 the rest. Pressing: a deadline passed, or a superior looks at it."""
        pressing = self.breached or self.escalation > 0
        return (0 if pressing else 1) if self.level == Level.URGENT else (2 if pressing else 3)

    @property
    def late_from(self) -> str | None:
        """From when on it is late, as long as nothing happens."""
        return late_from(self.clocks)

    @property
    def due(self) -> str | None:
        """The next instant at which a running clock is due, else the deadline."""
        return min((clock.due_at for clock in self.clocks if clock.paused_at is None), default=self.deadline)


class Event(msgspec.Struct, gc=False):
    """A case event; the big parts stay raw JSON until somebody needs them."""

    petition_id: str
    seq: int
    at: str
    case: msgspec.Raw
    petition: msgspec.Raw = NOTHING
    classification: msgspec.Raw = NOTHING
    from_office: str | None = None
    to_office: str | None = None


WORK = frozenset(
    {
        State.RECEIVED.value,
        State.ASSIGNED.value,
        State.ACCEPTED.value,
        State.INFORMATION_REQUESTED.value,
        State.DECISION_REQUIRED.value,
        State.PROMISED.value,
    }
)
_EVENT = msgspec.json.Decoder(Event)
_CASE = msgspec.json.Decoder(Case)


def head(record: Record) -> tuple[str, str]:
    """The event's id and what happened (`assigned`), from the headers; raise NotAnEvent when one is missing."""
    event_id, type_ = record.header("ce_id"), record.header("ce_type")
    if not event_id or not type_:
        raise NotAnEvent("ce_id, ce_type: missing")
    try:
        return event_id.decode(), _what(type_)
    except UnicodeDecodeError:
        raise NotAnEvent("headers: not UTF-8") from None


@lru_cache(maxsize=1024)
def _what(type_: bytes) -> str:
    text = type_.decode()
    if not text.startswith(PREFIX):
        raise NotAnEvent("ce_type: not an event of a petition")
    return what_of(text)


def event(record: Record) -> Event:
    """Decode the value; raise NotAnEvent when it is no case event or stands under another petition's key."""
    try:
        found = _EVENT.decode(record.value or b"")
    except msgspec.DecodeError as error:
        raise NotAnEvent(f"value: {error}") from None
    except UnicodeDecodeError:
        raise NotAnEvent("value: not UTF-8") from None
    if record.key != found.petition_id.encode():
        raise NotAnEvent("key: not the event's petition id")
    return found


def case(raw: msgspec.Raw) -> Case:
    """Decode the case's view; raise NotAnEvent when it is not one."""
    try:
        return _CASE.decode(raw)
    except msgspec.DecodeError as error:
        raise NotAnEvent(f"case: {error}") from None


def given(raw: msgspec.Raw) -> bytes:
    """Raw JSON as bytes, empty when it is missing or null."""
    value = bytes(raw)
    return b"" if value == b"null" else value


def cut(value: bytes, name: bytes, part: bytes, by: bytes) -> bytes:
    """Put `by` in the place of the field `name`, whose JSON is `part`."""
    # A search for the short name: a search for the long part itself costs ten times as much.
    at = value.find(b'"' + name + b'":') + len(name) + 3
    if value[at : at + len(part)] != part:
        return value.replace(part, by, 1)  # spaces in the JSON, or the name occurs twice
    return value[:at] + by + value[at + len(part) :]
