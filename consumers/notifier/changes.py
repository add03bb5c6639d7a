"""From records of petitions.events to what the notifier must write. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from consumers import timeline
from consumers.kafka.records import Record
from consumers.notifier.decide import Happening
from consumers.notifier.policy import NoticePolicy
from consumers.timeline import TimelineEntry
from consumers.views import citizen
from schemas.events import wire
from schemas.events.base import Level
from schemas.events.sealing import OpenValue, as_it_is
from schemas.events.wire import NotAnEvent
from schemas.platform.keyring import path_of

_OFFICES = ("office", "decider", "escalated_to")


@dataclass(frozen=True, slots=True)
class Change:
    """An event: what it is, and itself as it stands on the record. `channel`, `contact`, `external_id`: of a petition's first one, with its
    contact as it was sealed at intake, and the channel's own id of it; `key_path`: where in the keyring the petition's key is."""

    happening: Happening
    event_id: str
    seq: int
    event: str
    key_path: str
    channel: str | None = None
    contact: str | None = None
    external_id: str | None = None


@dataclass(slots=True)
class Changes:
    """In the order of the events."""

    events: list[Change] = field(default_factory=list)
    rejected: list[tuple[Record, NotAnEvent]] = field(default_factory=list)


def changes_of(records: Sequence[Record], policy: NoticePolicy, open_value: OpenValue = as_it_is) -> Changes:
    """Read a batch, in the order of its partitions."""
    changes = Changes()
    for record in records:
        try:
            changes.events.append(_change(record, policy, open_value))
        except NotAnEvent as error:
            changes.rejected.append((record, error))
    return changes


def _change(record: Record, policy: NoticePolicy, open_value: OpenValue) -> Change:
    entry = timeline.from_record(record)
    first = wire.petition(open_value(wire.given(wire.event(record).petition))) if entry.seq == 1 else None
    return Change(
        _happening(entry, policy),
        entry.event_id,
        entry.seq,
        (record.value or b"").decode(),
        path_of(entry.petition_id, wire.ms(entry.case["received_at"])),
        first.channel if first else None,
        first.contact_sealed if first else None,
        first.external_id if first else None,
    )


def _happening(entry: TimelineEntry, policy: NoticePolicy) -> Happening:
    case = entry.case
    named = (*(case.get(name) for name in _OFFICES), *case.get("co_offices", ()), entry.data.get("from_office"))
    return Happening(
        entry.petition_id,
        entry.what,
        wire.instant(entry.at),
        case["level"] == Level.URGENT,
        bool(case.get("sandbox")),
        _notices(entry, policy),
        frozenset(office for office in named if office),
    )


def _notices(entry: TimelineEntry, policy: NoticePolicy) -> frozenset[str]:
    """By the citizen's own view: what he does not see there he is not told either."""
    if not citizen.is_visible(entry):
        return frozenset()
    types = {part.what for part in citizen.expand(entry)}
    if entry.what == "leader-reported":
        types.add(str(entry.data["event_type"]))
    return frozenset(notice for what in types if (notice := policy.notice_of(what)))


def entry_of(row: dict[str, Any], open_value: OpenValue) -> TimelineEntry:
    """The event of a delivery, with its words if they can still be opened. `row`: petition_id, seq, event_id, type, at, event (text)."""
    fields = orjson.loads(open_value(row["event"].encode()))
    return timeline.from_row(row["petition_id"], row["seq"], row["event_id"], row["type"], row["at"], fields)
