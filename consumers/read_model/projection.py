"""From events to rows of the read model: a pure function of the records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import msgspec
from msgspec import Raw

from consumers.kafka.records import Record
from consumers.read_model.storable import storable_record
from consumers.read_model.words import SAYING, Index, Mark, about, beginnings, said, spans_of
from schemas.events import wire
from schemas.events.erasures import Forgotten
from schemas.events.standing import OPEN_STATES
from schemas.events.wire import CaseEvent, CaseView, NotAnEvent
from schemas.platform.keyring import path_of
from schemas.reference import TRIAGE_OFFICE

Row = tuple[str, ...]
"""Columns as PostgreSQL's text; empty is NULL."""


@dataclass(slots=True)
class Rows:
    """Rows for one transaction: the newest view of each petition, every event's timeline entry, what cases are found by, what could not
    be read, and who is forgotten."""

    petitions: list[Row] = field(default_factory=list)
    timeline: list[Row] = field(default_factory=list)
    words: list[Row] = field(default_factory=list)
    rejected: list[tuple[Record, NotAnEvent]] = field(default_factory=list)
    forgotten: list[Forgotten] = field(default_factory=list)


@dataclass(slots=True)
class _Latest:
    """The newest event of a petition in this batch, and what the first one carried."""

    event: CaseEvent[Raw]
    case: CaseView
    channel: str = ""
    petition: bytes = b""
    classification: bytes = b""
    owners: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    photos: bool = False


def project(records: Sequence[Record], index: Index | None = None) -> Rows:
    """Turn records (in the order of their partitions) into rows; without `index` into none by which cases are found."""
    rows = Rows()
    latest: dict[str, _Latest] = {}
    for record in records:
        try:
            rows.timeline.append(_timeline_row(storable_record(record), latest, rows.forgotten, index))
        except NotAnEvent as error:
            rows.rejected.append((record, error))
    rows.petitions = [_petition_row(petition_id, entry) for petition_id, entry in latest.items()]
    if index is not None:
        rows.words = [_words_row(petition_id, entry, index.mark) for petition_id, entry in latest.items() if entry.owners]
    return rows


def _timeline_row(record: Record, latest: dict[str, _Latest], forgotten: list[Forgotten], index: Index | None) -> Row:
    event = wire.event(record)
    case = wire.view(event.case)
    if event.what == "forgotten":
        forgotten.append(Forgotten(event.petition_id, path_of(event.petition_id, wire.ms(case.received_at)), wire.instant(event.at)))
    _remember(latest, event, case)
    if index is not None and (event.what in SAYING or event.to_office is not None):
        latest[event.petition_id].owners.add(case.office or TRIAGE_OFFICE)
        if not index.is_forgotten(path_of(event.petition_id, wire.ms(case.received_at))):
            _note_words(latest[event.petition_id], event.what, case, index.opened(record.value or b""))
    return event.petition_id, str(event.seq), event.id, event.what, event.at, _timeline_data(record.value or b"", event, case)


def _remember(latest: dict[str, _Latest], event: CaseEvent[Raw], case: CaseView) -> None:
    petition = wire.petition(event.petition)
    entry = latest.get(event.petition_id)
    if entry is None:
        entry = latest[event.petition_id] = _Latest(event, case)
    elif event.seq > entry.event.seq:
        entry.event, entry.case = event, case
    if petition is not None:
        entry.petition, entry.channel = bytes(event.petition), petition.channel
    entry.classification = wire.given(event.classification) or entry.classification


def _note_words(entry: _Latest, what: str, case: CaseView, value: bytes) -> None:
    """A change of hands says something, too: what it is about may have been corrected."""
    words, photos = said(value) if what in SAYING else (frozenset[str](), False)
    entry.words |= words | about(case.category, case.ward_code)
    entry.photos |= photos


def _words_row(petition_id: str, entry: _Latest, mark: Mark) -> Row:
    spans = spans_of(wire.instant(entry.case.received_at)) if entry.words else ()
    marks = map(str, sorted([*map(mark, entry.words | beginnings(entry.words)), *spans]))
    return petition_id, _array(sorted(entry.owners)), _array(marks), "t" if entry.photos else "f"


def _timeline_data(value: bytes, event: CaseEvent[Raw], case: CaseView) -> str:
    """The event's JSON, its view cut down to where the case stood; petition and classification are in the petition's row."""
    short = _standing(case.state, case.category, case.level, case.office, case.deadline, case.escalation)
    data = wire.cut(value, b"case", bytes(event.case), short)
    if part := wire.given(event.petition):
        data = wire.cut(data, b"petition", part, b"null")
    if part := wire.given(event.classification):
        data = wire.cut(data, b"classification", part, b"null")
    return data.decode()


@lru_cache(maxsize=4096)
def _standing(  # noqa: PLR0917 — hashable arguments for the cache
    state: str, category: str, level: str, office: str | None, deadline: str | None, escalation: int
) -> bytes:
    return msgspec.json.encode(
        {"state": state, "category": category, "level": level, "office": office, "deadline": deadline, "escalation": escalation}
    )


def _petition_row(petition_id: str, entry: _Latest) -> Row:
    case = entry.case
    work = case.is_work
    return (
        petition_id,
        str(entry.event.seq),
        case.state,
        case.category,
        case.level,
        case.office or "",
        case.ward_code or "",
        entry.channel,
        case.received_at,
        case.deadline or "",
        str(case.escalation),
        "t" if case.state in OPEN_STATES else "f",
        (case.office or TRIAGE_OFFICE) if work else "",
        str(case.urgency),
        case.due or "infinity",
        case.late_from or "",
        (case.decider or "") if work else "",
        (case.escalated_to or "") if work else "",
        _array(case.co_offices) if work and case.co_offices else "",
        bytes(entry.event.case).decode(),
        entry.petition.decode(),
        entry.classification.decode(),
        entry.event.at,
        case.officer or "",
        case.held_until or "",
        _array(sorted(former)) if (former := entry.owners - {case.office or TRIAGE_OFFICE}) else "",
    )


def _array(items: Iterable[str]) -> str:
    """As PostgreSQL reads an array of codes or numbers."""
    return "{" + ",".join(items) + "}"
