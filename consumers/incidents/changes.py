"""From events to what the memory must take up: new petitions with their fingerprints, and where known ones stand now. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from consumers.incidents.fingerprint import Fingerprint, Point, fingerprint
from consumers.incidents.words import words_of
from consumers.kafka.records import Record
from schemas.events import wire
from schemas.events.base import Role
from schemas.events.sealing import OpenValue, as_it_is
from schemas.events.wire import Location, NotAnEvent, Petition, WholeEvent

_CHANGING = words_of(
    "received assigned promised answered closed reopened refused withdrawn merged unmerged merge-declined follower-added follower-removed"
    " extended resumed decision-required deadline-recomputed accepted corrected action-refused forgotten"
)
"""What may change where a petition stands; warnings, notes and the like do not."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a petition stands after its event `seq`. `left`: the leader that it was parted from by this event.

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
    forgotten: set[str] = field(default_factory=set)
    search: dict[str, int] = field(default_factory=dict)
    rejected: list[tuple[Record, NotAnEvent]] = field(default_factory=list)


def changes_of(records: Sequence[Record], open_value: OpenValue = as_it_is) -> Changes:
    """Read a batch of petitions.events, in the order of its partitions."""
    changes = Changes()
    for record in records:
        try:
            _take(record, changes, open_value)
        except NotAnEvent as error:
            changes.rejected.append((record, error))
    return changes


def _take(record: Record, changes: Changes, open_value: OpenValue) -> None:
    if wire.head(record)[1] not in _CHANGING:
        return
    event = wire.whole(record)
    petition, standing = wire.petition(open_value(wire.given(event.petition))), _standing(event)
    changes.standing[event.petition_id] = standing
    if petition is not None:
        changes.new[event.petition_id] = _fingerprint(petition, event.case.ward_code)
    if event.what == "forgotten":
        changes.forgotten.add(event.petition_id)
    if standing.left is not None:
        changes.parted.append((event.petition_id, standing.left))
    if standing.refused:
        changes.refused.add(event.petition_id)
    if petition is not None or _worth_a_search(event):
        changes.search[event.petition_id] = standing.at


def _standing(event: WholeEvent) -> Standing:
    case = event.case
    return Standing(
        event.petition_id,
        event.seq,
        event.at_ms,
        case.state,
        case.category,
        case.level,
        wire.ms(case.received_at),
        case.ward_code,
        wire.ms(case.deadline) if case.deadline else None,
        case.leader,
        case.followers,
        left=_parted_from(event),
        refused=event.what == "action-refused" and event.action == "merge",
    )


def _parted_from(event: WholeEvent) -> str | None:
    """Taken out of its group, or found not to belong to it."""
    return event.into if event.what == "merge-declined" else event.leader if event.what == "unmerged" else None


def _worth_a_search(event: WholeEvent) -> bool:
    """One that a person has sorted; one whose leader is gone (not one that somebody took out)."""
    sorted_now = event.what == "assigned" and event.from_office is None
    return sorted_now or (event.what == "unmerged" and event.actor.role == Role.SYSTEM)


def _fingerprint(petition: Petition, ward: str | None) -> Fingerprint:
    place = petition.location or Location()
    point: Point | None = (place.lat, place.long) if place.lat is not None and place.long is not None else None
    return fingerprint(petition.text, place.address, point, ward)
