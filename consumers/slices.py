"""The parts of a case event that consumers need on their hot paths, decoded from its JSON without building the models.

The events come from our own committed transactions, where the models made them; so only what is used here is checked here.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from consumers.kafka import Record
from schemas.base import Level
from schemas.case import State
from schemas.catalogue import PREFIX, what_of

Fields = dict[str, msgspec.Raw]


class NotAnEvent(ValueError):
    """The record is not a case event that can be used; the message says why, without its content."""


class Clock(msgspec.Struct):
    due_at: str
    paused_at: str | None = None


class Case(msgspec.Struct):
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
        """0 urgent and late, 1 urgent, 2 late, 3 the rest."""
        late = self.breached or self.escalation > 0
        return (0 if late else 1) if self.level == Level.URGENT else (2 if late else 3)

    @property
    def due(self) -> str | None:
        """The next instant at which a running clock is due, else the deadline."""
        return min((clock.due_at for clock in self.clocks if clock.paused_at is None), default=self.deadline)


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
_FIELDS = msgspec.json.Decoder(Fields)
_CASE = msgspec.json.Decoder(Case)
_TEXT = msgspec.json.Decoder(str | None)


class EventHead(NamedTuple):
    """`what` happened, as in `assigned`."""

    event_id: str
    what: str
    petition_id: str


def head(record: Record) -> EventHead:
    """Read the headers; raise NotAnEvent when one is missing."""
    event_id, type_, subject = _three(record)
    if not type_.startswith(PREFIX):
        raise NotAnEvent("ce_type: not an event of a petition")
    if record.key != subject.encode():
        raise NotAnEvent("key: not the petition id of ce_subject")
    return EventHead(event_id, what_of(type_), subject)


def _three(record: Record) -> tuple[str, str, str]:
    found = dict(record.headers)
    try:
        return found["ce_id"].decode(), found["ce_type"].decode(), found["ce_subject"].decode()
    except KeyError as error:
        raise NotAnEvent(f"{error.args[0]}: missing") from None
    except UnicodeDecodeError:
        raise NotAnEvent("headers: not UTF-8") from None


def fields(record: Record) -> Fields:
    """The event's fields as raw JSON; raise NotAnEvent when the value is no JSON object with a `case` and a `seq`."""
    try:
        found = _FIELDS.decode(record.value or b"")
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NotAnEvent("value: not a JSON object") from None
    for name in ("case", "seq", "at"):
        if name not in found:
            raise NotAnEvent(f"{name}: missing")
    return found


def case(raw: msgspec.Raw) -> Case:
    """Decode the case's view; raise NotAnEvent when it is not one."""
    try:
        return _CASE.decode(raw)
    except msgspec.DecodeError as error:
        raise NotAnEvent(f"case: {error}") from None


def text(raw: msgspec.Raw | None) -> str:
    """A raw JSON string as text; empty when it is missing or null."""
    try:
        return _TEXT.decode(raw or b"null") or ""
    except msgspec.DecodeError:
        raise NotAnEvent("a text was expected") from None
