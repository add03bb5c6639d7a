"""Case events as everybody reads them from the record and the offices' queues: at stream speed, without building the models.

They come from our own committed transactions, where the models of `schemas.events.case` made them; so only what is used here is
checked. Whoever needs little takes `event`, and `view` when he needs the case; whoever needs most of it takes `whole`.

`CaseEvent`, `CaseView`, `ClockView` and `Actor` have every field of their models; `WholeEvent` has besides the fields of single event
types that somebody reads by name. A test compares all of them with the models. Instants are texts as they were written (`instant`).
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, Protocol, TypeVar

import msgspec
from msgspec import Raw

from schemas.events.base import Level
from schemas.events.catalogue import PREFIX, what_of
from schemas.events.intake import PERSONAL
from schemas.events.lateness import late_from
from schemas.events.standing import WORK_STATES
from schemas.platform.instants import to_ms

NOTHING = Raw(b"")


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


class Actor(msgspec.Struct, frozen=True, gc=False):
    role: str
    office: str | None = None
    id: str | None = None


class ClockView(msgspec.Struct, gc=False):
    name: str
    started_at: str
    due_at: str
    paused_at: str | None = None
    step: int = 0


class CaseView(msgspec.Struct, gc=False, kw_only=True):
    state: str
    category: str
    level: str
    office: str | None
    co_offices: tuple[str, ...] = ()
    ward_code: str | None = None
    received_at: str
    deadline: str | None = None
    clocks: tuple[ClockView, ...] = ()
    escalation: int = 0
    escalated_to: str | None = None
    decider: str | None = None
    transfers: int = 0
    reopened: int = 0
    breached: bool = False
    missed: bool = False
    rating: int | None = None
    leader: str | None = None
    followers: int = 0
    language: str = "vi"
    sandbox: bool = False
    officer: str | None = None
    held_until: str | None = None
    policy_version: str

    @property
    def is_work(self) -> bool:
        """An office (or triage) still has to do something; `answered` waits for the citizen."""
        return self.state in WORK_STATES

    @property
    def urgency(self) -> int:
        """0 urgent and pressing, 1 urgent, 2 pressing, 3 the rest. Pressing: a deadline passed, or a superior looks at it."""
        pressing = self.breached or self.escalation > 0
        return (0 if pressing else 1) if self.level == Level.URGENT else (2 if pressing else 3)

    @property
    def late_from(self) -> str | None:
        """From when on it is late, as long as nothing happens."""
        return late_from(self.clocks)

    def is_late(self, now: datetime) -> bool:
        """Late at `now` (`schemas.events.lateness`)."""
        start = self.late_from
        return start is not None and instant(start) < now

    @property
    def due(self) -> str | None:
        """The next instant at which a running clock is due, else the deadline."""
        return min((clock.due_at for clock in self.clocks if clock.paused_at is None), default=self.deadline)

    def clock(self, name: str) -> ClockView | None:
        return next((clock for clock in self.clocks if clock.name == name), None)


V = TypeVar("V", Raw, CaseView)
"""The view: JSON as it came until somebody needs it, or read."""


class CaseEvent(msgspec.Struct, Generic[V], gc=False, kw_only=True):
    """What all case events have, with the offices between which one goes. `id` and `what` (`assigned`) stand in the headers."""

    id: str = ""
    what: str = ""
    petition_id: str
    seq: int
    at: str
    asked_at: str | None = None
    actor: Actor
    cause: str
    reason: str | None = None
    clocks_before: Raw = NOTHING
    case: V
    petition: Raw = NOTHING
    classification: Raw = NOTHING
    origin: str | None = None
    from_office: str | None = None
    to_office: str | None = None
    chain: str | None = None

    @property
    def at_ms(self) -> int:
        """When it happened, ms since the epoch (UTC)."""
        return ms(self.at)

    @property
    def asked_ms(self) -> int:
        """When the broker took in what was asked for, else when it happened; ms since the epoch (UTC)."""
        return self.at_ms if self.asked_at is None else ms(self.asked_at)

    @property
    def by_time(self) -> bool:
        """Time alone brought it about."""
        return self.cause.startswith("timer:")


class WholeEvent(CaseEvent[CaseView], gc=False, kw_only=True):
    """With its view read, and fields of single event types; those of other types are None or empty."""

    action: str | None = None
    answer_cause: str | None = None
    answer_due: str | None = None
    away_from: str | None = None
    away_until: str | None = None
    because: str | None = None
    binding: bool = False
    clock: str | None = None
    comment: str | None = None
    deadline_after: str | None = None
    deadline_before: str | None = None
    detail: dict[str, Any] | None = None
    event_type: str | None = None
    evidence_urls: tuple[str, ...] = ()
    excused: bool = False
    files: tuple[dict[str, Any], ...] = ()
    follower: str | None = None
    in_time: bool | None = None
    into: str | None = None
    kind: str | None = None
    leader: str | None = None
    level: str | None = None
    media_urls: tuple[str, ...] = ()
    policy_after: str | None = None
    promise_date: str | None = None
    public: bool = False
    question: str | None = None
    result: str | None = None
    right_address: str | None = None
    stars: int | None = None
    text: str | None = None
    urgent: bool = False


class Location(msgspec.Struct, gc=False):
    lat: float | None = None
    long: float | None = None
    address: str | None = None
    ward_code: str | None = None


class Petition(msgspec.Struct, gc=False, kw_only=True):
    """Of `PetitionSubmitted`, what is read of a first event's petition."""

    channel: str
    text: str = ""
    location: Location | None = None
    submitted_at: str
    contact_sealed: str | None = None
    external_id: str | None = None


class Place(msgspec.Struct, gc=False):
    ward_code: str | None = None


class Classification(msgspec.Struct, gc=False, kw_only=True):
    kind: str = "petition"
    category: str
    level: str
    place: Place = msgspec.field(default_factory=Place)
    office: str
    co_offices: tuple[str, ...] = ()
    triage: bool


_EVENT = msgspec.json.Decoder(CaseEvent[Raw])
_WHOLE = msgspec.json.Decoder(WholeEvent)
_VIEW = msgspec.json.Decoder(CaseView)
_PETITION = msgspec.json.Decoder(Petition)
_CLASSIFICATION = msgspec.json.Decoder(Classification)
_OBJECT = msgspec.json.Decoder(dict[str, Raw])
T = TypeVar("T")


def head(record: Record) -> tuple[str, str]:
    """The event's id and what happened (`assigned`), from the headers; raise NotAnEvent when one is missing."""
    event_id, type_ = record.header("ce_id"), record.header("ce_type")
    if not event_id or not type_:
        raise NotAnEvent("ce_id, ce_type: missing")
    try:
        return event_id.decode(), _what(type_.decode())
    except UnicodeDecodeError:
        raise NotAnEvent("headers: not UTF-8") from None


@lru_cache(maxsize=1024)
def _what(type_: str) -> str:
    if not type_.startswith(PREFIX):
        raise NotAnEvent("type: not an event of a petition")
    return what_of(type_)


def event(record: Record) -> CaseEvent[Raw]:
    """Read what all events have; raise NotAnEvent when it is no case event or stands under another petition's key."""
    return _under_its_key(_EVENT, record)


def whole(record: Record) -> WholeEvent:
    """Read all of it; raise NotAnEvent likewise."""
    return _under_its_key(_WHOLE, record)


def whole_of(type_: str, value: bytes | Raw) -> WholeEvent:
    """From the event's CloudEvents type and its data, without a record; raise NotAnEvent when it is no case event."""
    what, found = _what(type_), _decoded(_WHOLE, value, "value")
    found.what = what
    return found


E = TypeVar("E", CaseEvent[Raw], WholeEvent)


def _under_its_key(decoder: msgspec.json.Decoder[E], record: Record) -> E:
    event_id, what = head(record)
    found = _decoded(decoder, record.value or b"", "value")
    if record.key != found.petition_id.encode():
        raise NotAnEvent("key: not the event's petition id")
    instant(found.at)
    found.id, found.what = event_id, what
    return found


def view(raw: Raw) -> CaseView:
    """Read the case's view; raise NotAnEvent when it is not one."""
    return _decoded(_VIEW, raw, "case")


def petition(raw: Raw | bytes) -> Petition | None:
    """The petition of a first event; None when there is none. Raise NotAnEvent when it cannot be read."""
    return _decoded(_PETITION, raw, "petition") if given(raw) else None


def classification(raw: Raw) -> Classification | None:
    """The classification of a first event; None when there is none. Raise NotAnEvent when it cannot be read."""
    return _decoded(_CLASSIFICATION, raw, "classification") if given(raw) else None


def _decoded(decoder: msgspec.json.Decoder[T], value: bytes | Raw, name: str) -> T:
    try:
        return decoder.decode(value)
    except msgspec.DecodeError as error:
        raise NotAnEvent(f"{name}: {error}") from None
    except UnicodeDecodeError:
        raise NotAnEvent(f"{name}: not UTF-8") from None


def instant(text: str) -> datetime:
    """An instant of an event, aware; raise NotAnEvent when it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise NotAnEvent("an instant: not ISO 8601") from None
    if found.tzinfo is None:
        raise NotAnEvent("an instant: without a time zone")
    return found


def ms(text: str) -> int:
    """An instant of an event, ms since the epoch (UTC); raise NotAnEvent likewise."""
    return to_ms(instant(text))


def given(raw: Raw | bytes) -> bytes:
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


def without_personal_data(value: bytes, event: CaseEvent[Raw]) -> bytes:
    """The event's JSON as offices get it: a first event's petition without the fields `PERSONAL`. Raise NotAnEvent when it has none."""
    submitted = given(event.petition)
    if not submitted:
        return value
    fields = _decoded(_OBJECT, submitted, "petition")
    if not fields.keys() & PERSONAL:
        return value
    kept = msgspec.json.encode({name: raw for name, raw in fields.items() if name not in PERSONAL})
    return cut(value, b"petition", submitted, kept)
