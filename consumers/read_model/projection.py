"""From events to rows of the read model: a pure function of the records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
from schemas.events.wire import CaseEvent, CaseView, NotAnEvent, Petition
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


@dataclass(frozen=True, slots=True)
class _Read:
    """An event as it stands on the record. `value`: its JSON without the classification, which has no words that one looks for and costs
    time to open; `path`: where in the keyring its petition's key is."""

    event: CaseEvent[Raw]
    case: CaseView
    petition: Petition | None
    value: bytes
    path: str

    @property
    def is_indexed(self) -> bool:
        """A change of hands says something, too: what it is about may have been corrected."""
        return self.event.what in SAYING or self.event.to_office is not None


def project(records: Sequence[Record], index: Index | None = None) -> Rows:
    """Turn records (in the order of their partitions) into rows; without `index` into none by which cases are found."""
    rows, latest = Rows(), dict[str, _Latest]()
    read = list(_read_all(records, rows.rejected))
    # All are opened at one go: what that needs in the processor's caches, the work on rows would drive out each time.
    opened = [_opened(one, index) for one in read]
    for one, words in zip(read, opened, strict=True):
        if one.event.what == "forgotten":
            rows.forgotten.append(Forgotten(one.event.petition_id, one.path, wire.instant(one.event.at)))
        _remember(latest, one)
        if index is not None and one.is_indexed:
            _note_words(latest[one.event.petition_id], one, words)
        rows.timeline.append(_timeline_row(one))
    rows.petitions = [_petition_row(petition_id, entry) for petition_id, entry in latest.items()]
    if index is not None:
        rows.words = [_words_row(petition_id, entry, index.mark) for petition_id, entry in latest.items() if entry.owners]
    return rows


def _read_all(records: Sequence[Record], rejected: list[tuple[Record, NotAnEvent]]) -> Iterator[_Read]:
    for record in records:
        try:
            yield _read(storable_record(record))
        except NotAnEvent as error:
            rejected.append((record, error))


def _read(record: Record) -> _Read:
    event = wire.event(record)
    case = wire.view(event.case)
    value = _without(record.value or b"", b"classification", event.classification)
    return _Read(event, case, wire.petition(event.petition), value, path_of(event.petition_id, wire.ms(case.received_at)))


def _opened(read: _Read, index: Index | None) -> bytes | None:
    """With its words, where they are looked for; None where nobody may look for them any more."""
    if index is None or not read.is_indexed or index.is_forgotten(read.path):
        return None
    return index.opened(read.value) if read.event.what in SAYING else b"{}"


def _remember(latest: dict[str, _Latest], read: _Read) -> None:
    event = read.event
    entry = latest.get(event.petition_id)
    if entry is None:
        entry = latest[event.petition_id] = _Latest(event, read.case)
    elif event.seq > entry.event.seq:
        entry.event, entry.case = event, read.case
    if read.petition is not None:
        entry.petition, entry.channel = bytes(event.petition), read.petition.channel
    entry.classification = wire.given(event.classification) or entry.classification


def _note_words(entry: _Latest, read: _Read, opened: bytes | None) -> None:
    entry.owners.add(read.case.office or TRIAGE_OFFICE)
    if opened is not None:
        words, photos = said(opened)
        entry.words |= words | about(read.case.category, read.case.ward_code)
        entry.photos |= photos


def _timeline_row(read: _Read) -> Row:
    event = read.event
    return event.petition_id, str(event.seq), event.id, event.what, event.at, _timeline_data(read.value, event, read.case)


def _words_row(petition_id: str, entry: _Latest, mark: Mark) -> Row:
    spans = spans_of(wire.instant(entry.case.received_at)) if entry.words else ()
    marks = map(str, sorted([*map(mark, entry.words | beginnings(entry.words)), *spans]))
    return petition_id, _array(sorted(entry.owners)), _array(marks), "t" if entry.photos else "f"


def _timeline_data(value: bytes, event: CaseEvent[Raw], case: CaseView) -> str:
    """The event's JSON (without its classification), its view cut down to where the case stood; the petition is in its own row, too."""
    short = _standing(case.state, case.category, case.level, case.office, case.deadline, case.escalation)
    data = wire.cut(value, b"case", bytes(event.case), short)
    return _without(data, b"petition", event.petition).decode()


def _without(value: bytes, name: bytes, part: Raw) -> bytes:
    """The event's JSON with null in the place of a part that is in the petition's row."""
    there = wire.given(part)
    return wire.cut(value, name, there, b"null") if there else value


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
