"""What offices and citizens must see, given the record. Pure, and written without the product's own readers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.chaos.record import Happened, Record
from tests.chaos.report import Report

TRIAGE = "tt-pvhcc"
WORK = ("received", "assigned", "accepted", "information-requested", "decision-required", "promised")
Delivered = tuple[str, int]
"""Petition and number of the event."""
Before = Mapping[str, int]
"""By petition, how many events the record had before an outlet was read: in a story of half an hour, deadlines go on all the time."""


@dataclass(frozen=True, slots=True)
class Row:
    """A petition of the read model; `queue`: in whose queue it lies; `events`: the numbers and ids of its timeline."""

    seq: int
    state: str
    office: str | None
    queue: str | None
    escalation: int
    events: tuple[tuple[int, str], ...]


def lengths(record: Record) -> Before:
    """Of a record that was read before an outlet was."""
    return {petition: len(events) for petition, events in record.items()}


def check_queues(record: Record, queues: Mapping[str, Sequence[Delivered]], report: Report, before: Before | None = None) -> None:
    """Each event is in the topic of every office that it concerns, once and in order, and in no other.

    `record` was read after the queues: what it has beyond `before` may be there already. Without `before` nothing happened meanwhile.
    """
    before = lengths(record) if before is None else before
    wanted, possible = defaultdict[str, set[Delivered]](set), defaultdict[str, set[Delivered]](set)
    for petition, events in record.items():
        for number, event in enumerate(events):
            for office in _concerned(event):
                (wanted if number < before.get(petition, 0) else possible)[office].add((petition, event.data["seq"]))
    for office in wanted.keys() | queues.keys():
        _check_queue(office, wanted[office], possible[office], queues.get(office, ()), report)


def _concerned(event: Happened) -> set[str]:
    case, data = event.case, event.data
    offices = (case["office"] or TRIAGE, *case["co_offices"], case["decider"], case["escalated_to"])
    return {office for office in (*offices, data.get("from_office"), data.get("to_office")) if office}


def _check_queue(office: str, wanted: set[Delivered], possible: set[Delivered], got: Sequence[Delivered], report: Report) -> None:
    counts = Counter(got)
    for item in wanted - counts.keys():
        report.blame("queue_lost", f"{office} {item}")
    for item in counts.keys() - wanted - possible:
        report.blame("queue_unknown", f"{office} {item}")
    for item in (item for item, count in counts.items() if count > 1):
        report.blame("queue_doubled", f"{office} {item}")
    newest: dict[str, int] = {}
    for petition, seq in got:
        if seq <= newest.get(petition, 0):
            report.blame("queue_disordered", f"{office} {petition}")
        newest[petition] = seq


def check_view(record: Record, rows: Mapping[str, Row], report: Report, before: Before | None = None) -> None:
    """The read model is what the record says, no more and no less: up to some event that is not older than `before` (as of the queues)."""
    before = lengths(record) if before is None else before
    for petition in rows.keys() - record.keys():
        report.blame("view_unknown", petition)
    for petition in before.keys() - rows.keys():
        report.blame("view_lost", petition)
    for petition, row in rows.items():
        events = record.get(petition, ())
        if events and not (before.get(petition, 1) <= row.seq <= len(events) and row == _row(events[: row.seq])):
            report.blame("view_differs", petition)


def _row(events: Sequence[Happened]) -> Row:
    case = events[-1].case
    queue = (case["office"] or TRIAGE) if case["state"] in WORK else None
    told = tuple((event.data["seq"], event.id) for event in events)
    return Row(events[-1].data["seq"], case["state"], case["office"], queue, case["escalation"], told)


def check_citizens(record: Record, pages: Iterable[tuple[str, Mapping[str, Any]]], report: Report, before: Before | None = None) -> None:
    """What a citizen's page tells of a petition has happened, once, in order; and the page knows where the petition is now (`before` as of
    the queues)."""
    before = lengths(record) if before is None else before
    for petition, page in pages:
        report.citizens += 1
        lines = [line["id"] for line in page["timeline"]]
        # A first assignment is told as two things: received, and assigned.
        told = list(dict.fromkeys(line.removesuffix(":received") for line in lines))
        if len(set(lines)) < len(lines):
            report.blame("citizen_doubled", petition)
        states = {event.case["state"] for event in record[petition][before[petition] - 1 :]}
        if page["state"] not in states or told != [event.id for event in record[petition] if event.id in told]:
            report.blame("citizen_differs", petition)
