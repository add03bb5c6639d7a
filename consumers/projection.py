"""From events to rows of the read model: a pure function of the records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import msgspec

from consumers import slices
from consumers.kafka import Record
from consumers.slices import Case, Fields, NotAnEvent
from schemas.case import OPEN_STATES
from schemas.reference import TRIAGE_OFFICE

Row = tuple[str, ...]
"""Columns as PostgreSQL's text; empty is NULL."""

# Kept elsewhere: in the petition's row or in columns of their own.
_NOT_IN_TIMELINE = frozenset({"petition_id", "seq", "at", "case", "petition", "classification"})
_NOTHING = (b"null", b"[]", b"{}")


class _Channel(msgspec.Struct):
    channel: str = ""


_CHANNEL = msgspec.json.Decoder(_Channel)


@dataclass(slots=True)
class Rows:
    """Rows for one transaction: the newest view of each petition, every event's timeline entry, and what could not be read."""

    petitions: list[Row] = field(default_factory=list)
    timeline: list[Row] = field(default_factory=list)
    rejected: list[tuple[Record, NotAnEvent]] = field(default_factory=list)


@dataclass(slots=True)
class _Latest:
    seq: int
    at: str
    case: msgspec.Raw
    petition: bytes = b""
    classification: bytes = b""


def project(records: Sequence[Record]) -> Rows:
    """Turn records (in the order of their partitions) into rows."""
    rows = Rows()
    latest: dict[str, _Latest] = {}
    for record in records:
        try:
            rows.timeline.append(_timeline_row(record, latest))
        except NotAnEvent as error:
            rows.rejected.append((record, error))
    rows.petitions = [_petition_row(petition_id, entry) for petition_id, entry in latest.items()]
    return rows


def _timeline_row(record: Record, latest: dict[str, _Latest]) -> Row:
    head = slices.head(record)
    found = slices.fields(record)
    view = slices.case(found["case"])
    seq, at = _number(found["seq"]), slices.text(found["at"])
    _remember(latest, head.petition_id, seq, at, found)
    return head.petition_id, str(seq), head.event_id, head.what, at, _timeline_data(found, view)


def _remember(latest: dict[str, _Latest], petition_id: str, seq: int, at: str, found: Fields) -> None:
    entry = latest.get(petition_id)
    if entry is None:
        entry = latest[petition_id] = _Latest(seq, at, found["case"])
    elif seq > entry.seq:
        entry.seq, entry.at, entry.case = seq, at, found["case"]
    if "petition" in found:
        entry.petition = _json(found["petition"]) or entry.petition
    if "classification" in found:
        entry.classification = _json(found["classification"]) or entry.classification


def _timeline_data(found: Fields, view: Case) -> str:
    """What happened, without the empty fields, and where the case stood after it."""
    data: dict[str, object] = {
        name: raw for name, raw in found.items() if name not in _NOT_IN_TIMELINE and bytes(raw) not in _NOTHING
    }
    data["case"] = _standing(view.state, view.category, view.level, view.office, view.deadline, view.escalation)
    return msgspec.json.encode(data).decode()


@lru_cache(maxsize=4096)
def _standing(
    state: str, category: str, level: str, office: str | None, deadline: str | None, escalation: int
) -> msgspec.Raw:
    parts = {
        "state": state,
        "category": category,
        "level": level,
        "office": office,
        "deadline": deadline,
        "escalation": escalation,
    }
    return msgspec.Raw(msgspec.json.encode(parts))


def _petition_row(petition_id: str, entry: _Latest) -> Row:
    view = slices.case(entry.case)
    work = view.is_work
    return (
        petition_id,
        str(entry.seq),
        view.state,
        view.category,
        view.level,
        view.office or "",
        view.ward_code or "",
        _CHANNEL.decode(entry.petition).channel if entry.petition else "",
        view.received_at,
        view.deadline or "",
        str(view.escalation),
        "t" if view.state in _OPEN else "f",
        (view.office or TRIAGE_OFFICE) if work else "",
        str(view.urgency),
        view.due or "infinity",
        (view.decider or "") if work else "",
        (view.escalated_to or "") if work else "",
        ("{" + ",".join(view.co_offices) + "}") if work and view.co_offices else "",
        bytes(entry.case).decode(),
        entry.petition.decode(),
        entry.classification.decode(),
        entry.at,
    )


_OPEN = frozenset(state.value for state in OPEN_STATES)


def _number(raw: msgspec.Raw) -> int:
    try:
        return int(bytes(raw))
    except ValueError:
        raise NotAnEvent("seq: not a number") from None


def _json(raw: msgspec.Raw) -> bytes:
    value = bytes(raw)
    return b"" if value == b"null" else value
