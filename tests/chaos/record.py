"""What the record must be, given what was acknowledged. Pure, and written without the product's own readers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from tests.chaos.report import Report

TIMER = re.compile(r"timer:[a-z]+:\d+")
CityTime = Callable[[float], float]
"""From Unix seconds to what the city's clock showed then, in Unix seconds."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of the record; `appended`: when the broker wrote it (Unix seconds)."""

    id: str
    what: str
    appended: float
    data: dict[str, Any]

    @property
    def case(self) -> dict[str, Any]:
        return dict(self.data["case"])


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was acknowledged: petitions with the time of it (Unix seconds) and tracking code, and which were accepted."""

    petitions: Mapping[str, float]
    codes: Mapping[str, str]
    accepted: frozenset[str]


Record = Mapping[str, Sequence[Happened]]
"""By petition, in the order of the topic."""


def check_record(record: Record, ledger: Ledger, city_time: CityTime, now: float, report: Report) -> None:
    """Nothing lost, nothing twice, everything in order, each deadline once and never early."""
    report.events = sum(map(len, record.values()))
    _check_ids(record, report)
    for petition in ledger.petitions.keys() - record.keys():
        report.blame("lost_petitions", petition)
    for petition, events in record.items():
        _check_order(petition, events, report)
        _check_effects(petition, events, ledger, report)
        _check_deadlines(petition, events, city_time, now, report)
    _check_gaps(record, ledger, report)


def _check_ids(record: Record, report: Report) -> None:
    ids = Counter(event.id for events in record.values() for event in events)
    for one in (one for one, count in ids.items() if count > 1):
        report.blame("doubled_events", one)


def _check_order(petition: str, events: Sequence[Happened], report: Report) -> None:
    numbers = [event.data["seq"] for event in events]
    if len(set(numbers)) < len(numbers):
        report.blame("doubled_events", petition)
    elif numbers != list(range(1, len(numbers) + 1)):
        report.blame("holes_in_order", petition)


def _check_effects(petition: str, events: Sequence[Happened], ledger: Ledger, report: Report) -> None:
    if petition not in ledger.petitions:
        report.blame("unknown_petitions", petition)
    accepts = sum(event.what == "accepted" for event in events)
    if accepts != (petition in ledger.accepted):
        report.blame("doubled_events" if accepts > 1 else "lost_actions", petition)


def _check_deadlines(petition: str, events: Sequence[Happened], city_time: CityTime, now: float, report: Report) -> None:
    """By the broker's time alone: what a worker's own clock said is no evidence."""
    causes = Counter(event.data["cause"] for event in events if TIMER.fullmatch(event.data["cause"]))
    for cause in (cause for cause, count in causes.items() if count > 1):
        report.blame("deadlines_doubled", f"{petition} {cause}")
    fired = [event for event in events if event.what in ("warned", "breached")]
    for event in fired:
        late = city_time(event.appended) - _due(event)
        report.latest_deadline_seconds = max(report.latest_deadline_seconds, round(late, 1))
        if late < 0:
            report.blame("deadlines_early", f"{petition} {event.data['cause']}: {-late:.3f} s of the city's")
    breached = {event.data["clock"] for event in fired if event.what == "breached"}
    report.deadlines += len(breached)
    for clock in events[-1].case["clocks"]:
        overdue = clock["paused_at"] is None and _seconds(clock["due_at"]) < now
        if overdue and clock["name"] not in breached:
            report.blame("deadlines_lost", f"{petition} {clock['name']}")


def _due(event: Happened) -> float:
    """When it should have happened: at the deadline, or when so much of the time until then was gone (calendar: around the clock)."""
    if event.what == "breached":
        return _seconds(event.data["deadline"])
    clock = next(clock for clock in event.data["clocks_before"] if clock["name"] == event.data["clock"])
    began, due = _seconds(clock["started_at"]), _seconds(clock["due_at"])
    share: float = event.data["percent"] / 100
    return began + (due - began) * share


def _seconds(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()


def _check_gaps(record: Record, ledger: Ledger, report: Report) -> None:
    last = max(ledger.petitions.values(), default=0)
    times = sorted(event.appended for events in record.values() for event in events if event.appended <= last)
    gaps = sorted(((a, round(b - a, 2)) for a, b in pairwise(times)), key=lambda gap: -gap[1])
    report.gaps = gaps[:5]
    report.longest_gap_seconds = gaps[0][1] if gaps else 0.0
