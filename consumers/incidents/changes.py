"""From events to what the memory must take up: new petitions with their fingerprints, and where known ones stand now. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from consumers.incidents.fingerprint import Fingerprint, Point, fingerprint
from consumers.incidents.words import words_of
from consumers.kafka.records import Record
from schemas.events import wire as slices
from schemas.events.base import Role
from schemas.events.wire import NotAnEvent
from schemas.platform.clock import to_ms

_CHANGING = words_of(
    "received assigned promised answered closed reopened refused withdrawn merged unmerged follower-added follower-removed extended"
    " resumed decision-required deadline-recomputed accepted action-refused"
)
"""What may change where a petition stands; warnings, notes and the like do not."""


class _Actor(msgspec.Struct, gc=False):
    role: str


class _Case(msgspec.Struct, gc=False):
    state: str
    category: str
    level: str
    received_at: datetime
    ward_code: str | None = None
    deadline: datetime | None = None
    leader: str | None = None
    followers: int = 0


class _Location(msgspec.Struct, gc=False):
    lat: float | None = None
    long: float | None = None
    address: str | None = None


class _Petition(msgspec.Struct, gc=False):
    text: str
    location: _Location | None = None


class _Event(msgspec.Struct, gc=False):
    petition_id: str
    seq: int
    at: datetime
    actor: _Actor
    case: _Case
    petition: _Petition | None = None
    from_office: str | None = None
    leader: str | None = None
    action: str | None = None


_DECODER = msgspec.json.Decoder(_Event)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a petition stands after its event `seq`. `left`: the leader that it was separated from by this event.

    `refused`: a merge that was asked for did not happen. Instants in ms UTC.
    """

    petition_id: str
    seq: int
    at: int
    state: str
    category: str
    level: str
    received: int
    ward: str | None
    deadline: int | None
    leader: str | None
    followers: int
    left: str | None = None
    refused: bool = False


@dataclass(slots=True)
class Changes:
    """In the order of the events. `search`: petitions whose like must be looked for, with the instant of the event (ms UTC)."""

    new: dict[str, Fingerprint] = field(default_factory=dict)
    standing: dict[str, Standing] = field(default_factory=dict)
    parted: list[tuple[str, str]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    search: dict[str, int] = field(default_factory=dict)
    rejected: list[tuple[Record, NotAnEvent]] = field(default_factory=list)


def changes_of(records: Sequence[Record]) -> Changes:
    """Read a batch of petitions.events, in the order of its partitions."""
    changes = Changes()
    for record in records:
        try:
            _take(record, changes)
        except NotAnEvent as error:
            changes.rejected.append((record, error))
    return changes


def _take(record: Record, changes: Changes) -> None:
    what = slices.head(record)[1]
    if what not in _CHANGING:
        return
    event = _decoded(record)
    standing = _standing(what, event)
    changes.standing[event.petition_id] = standing
    if event.petition is not None:
        changes.new[event.petition_id] = _fingerprint(event.petition, event.case.ward_code)
    if standing.left is not None:
        changes.parted.append((event.petition_id, standing.left))
    if standing.refused:
        changes.refused.add(event.petition_id)
    if _worth_a_search(what, event):
        changes.search[event.petition_id] = standing.at


def _decoded(record: Record) -> _Event:
    try:
        event = _DECODER.decode(record.value or b"")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotAnEvent(f"value: {error}") from None
    if record.key != event.petition_id.encode():
        raise NotAnEvent("key: not the event's petition id")
    return event


def _standing(what: str, event: _Event) -> Standing:
    case = event.case
    return Standing(
        event.petition_id,
        event.seq,
        to_ms(event.at),
        case.state,
        case.category,
        case.level,
        to_ms(case.received_at),
        case.ward_code,
        to_ms(case.deadline) if case.deadline else None,
        case.leader,
        case.followers,
        left=event.leader if what == "unmerged" else None,
        refused=what == "action-refused" and event.action == "merge",
    )


def _worth_a_search(what: str, event: _Event) -> bool:
    """A new petition; one that a person has sorted; one whose leader is gone (not one that somebody took out)."""
    sorted_now = what == "assigned" and event.from_office is None
    return event.petition is not None or sorted_now or (what == "unmerged" and event.actor.role == Role.SYSTEM)


def _fingerprint(petition: _Petition, ward: str | None) -> Fingerprint:
    place = petition.location or _Location()
    point: Point | None = (place.lat, place.long) if place.lat is not None and place.long is not None else None
    return fingerprint(petition.text, place.address, point, ward)
