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


@dataclass(frozen=True, slots=True)
class Row:
    """A petition of the read model; `queue`: in whose queue it lies; `events`: the numbers and ids of its timeline."""

    seq: int
    state: str
    office: str | None
    queue: str | None
    escalation: int
    events: tuple[tuple[int, str], ...]


def check_queues(record: Record, queues: Mapping[str, Sequence[Delivered]], report: Report) -> None:
    """Each event is in the topic of every office that it concerns, once and in order, and in no other."""
    wanted: dict[str, set[Delivered]] = defaultdict(set)
    for petition, events in record.items():
        for event in events:
            for office in _concerned(event):
                wanted[office].add((petition, event.data["seq"]))
    for office in wanted.keys() | queues.keys():
        _check_queue(office, wanted[office], queues.get(office, ()), report)


def _concerned(event: Happened) -> set[str]:
    case, data = event.case, event.data
    offices = (case["office"] or TRIAGE, *case["co_offices"], case["decider"], case["escalated_to"])
    return {office for office in (*offices, data.get("from_office"), data.get("to_office")) if office}


def _check_queue(office: str, wanted: set[Delivered], got: Sequence[Delivered], report: Report) -> None:
    counts = Counter(got)
    for item in wanted - counts.keys():
        report.blame("queue_lost", f"{office} {item}")
    for item in counts.keys() - wanted:
        report.blame("queue_unknown", f"{office} {item}")
    for item in (item for item, count in counts.items() if count > 1):
        report.blame("queue_doubled", f"{office} {item}")
    newest: dict[str, int] = {}
    for petition, seq in got:
        if seq <= newest.get(petition, 0):
            report.blame("queue_disordered", f"{office} {petition}")
        newest[petition] = seq


def check_view(record: Record, rows: Mapping[str, Row], report: Report) -> None:
    """The read model is what the record says, no more and no less."""
    for petition in rows.keys() - record.keys():
        report.blame("view_unknown", petition)
    for petition, events in record.items():
        if petition not in rows:
            report.blame("view_lost", petition)
        elif rows[petition] != _row(events):
            report.blame("view_differs", petition)


def _row(events: Sequence[Happened]) -> Row:
    case = events[-1].case
    queue = (case["office"] or TRIAGE) if case["state"] in WORK else None
    told = tuple((event.data["seq"], event.id) for event in events)
    return Row(events[-1].data["seq"], case["state"], case["office"], queue, case["escalation"], told)


def check_citizens(record: Record, pages: Iterable[tuple[str, Mapping[str, Any]]], report: Report) -> None:
    """What a citizen's page tells of a petition has happened, once, in order; and the page knows where the petition is now."""
    for petition, page in pages:
        report.citizens += 1
        lines = [line["id"] for line in page["timeline"]]
        # A first assignment is told as two things: received, and assigned.
        told = list(dict.fromkeys(line.removesuffix(":received") for line in lines))
        if len(set(lines)) < len(lines):
            report.blame("citizen_doubled", petition)
        if page["state"] != record[petition][-1].case["state"] or told != [event.id for event in record[petition] if event.id in told]:
            report.blame("citizen_differs", petition)
