"""The verifier sees what it is there to see: each wrong is planted into a story that is right."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.chaos.outlets import TRIAGE, Row, check_citizens, check_queues, check_view
from tests.chaos.record import Happened, Ledger, check_record
from tests.chaos.report import Report

OFFICE = "so-xd"
LEDGER = Ledger({"p1": 1000.0}, {"p1": "CODE"}, frozenset({"p1"}))


def _at(second: int) -> str:
    return f"1970-01-01T00:{second // 60:02}:{second % 60:02}+00:00"


def _case(state: str, *, clocks: tuple[dict[str, Any], ...] = (), escalated_to: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"state": state, "office": OFFICE, "co_offices": [], "decider": None, "escalated_to": escalated_to}
    return {**found, "escalation": int(escalated_to is not None), "clocks": list(clocks)}


ACCEPT = {"name": "accept", "started_at": _at(10), "due_at": _at(70), "paused_at": None}
ASSIGNED = Happened("e1", "assigned", 10.0, {"seq": 1, "cause": "c1", "to_office": OFFICE, "case": _case("assigned", clocks=(ACCEPT,))})
_RUNNING, _BREACHED = _case("assigned", clocks=(ACCEPT,)), _case("assigned", clocks=(ACCEPT,), escalated_to=OFFICE)
_WARNING = {"seq": 2, "cause": "timer:accept:1", "clock": "accept", "percent": 50, "clocks_before": [ACCEPT], "case": _RUNNING}
WARNED = Happened("e2", "warned", 40.5, _WARNING)
BREACHED = Happened(
    "e3", "breached", 70.2, {"seq": 3, "cause": "timer:accept:2", "clock": "accept", "deadline": _at(70), "case": _BREACHED}
)
ACCEPTED = Happened("e4", "accepted", 80.0, {"seq": 4, "cause": "c2", "case": _case("accepted", escalated_to=OFFICE)})
STORY = [ASSIGNED, WARNED, BREACHED, ACCEPTED]


def _renumbered(*events: Happened) -> list[Happened]:
    return [replace(event, data={**event.data, "seq": number}) for number, event in enumerate(events, 1)]


def _judged(events: list[Happened], *, ledger: Ledger = LEDGER, now: float = 1000.0) -> Report:
    report = Report()
    check_record({"p1": events} if events else {}, ledger, lambda moment: moment, now, report)
    return report


def _wrong(report: Report) -> set[str]:
    return set(report.examples)


def test_a_right_story_is_right() -> None:
    """Petition, warning, breach, acceptance: nothing to blame, and the breach is counted."""
    report = _judged(STORY)

    assert report.right, report
    assert (report.events, report.deadlines) == (4, 1)


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([], {"lost_petitions"}),
        ([ASSIGNED, ASSIGNED, *STORY[1:]], {"doubled_events"}),
        ([ASSIGNED, WARNED, ACCEPTED], {"holes_in_order"}),
        ([ASSIGNED, BREACHED, WARNED, ACCEPTED], {"holes_in_order"}),
        (_renumbered(ASSIGNED, WARNED, BREACHED), {"lost_actions"}),
        (_renumbered(*STORY, replace(ACCEPTED, id="e5")), {"doubled_events"}),
        (_renumbered(ASSIGNED, WARNED, replace(WARNED, id="e9"), BREACHED, ACCEPTED), {"deadlines_doubled"}),
        ([ASSIGNED, replace(WARNED, appended=39.9), BREACHED, ACCEPTED], {"deadlines_early"}),
        ([ASSIGNED, WARNED, replace(BREACHED, appended=69.9), ACCEPTED], {"deadlines_early"}),
    ],
)
def test_what_is_wrong_with_the_record_is_named(events: list[Happened], found: set[str]) -> None:
    """Lost, doubled, with a hole, out of order, an action lost or done twice, a timer twice or before its time."""
    report = _judged(events)

    assert _wrong(report) == found
    assert not report.right


def test_a_deadline_that_passed_without_a_word_is_lost_and_one_to_come_is_not() -> None:
    """The clock still runs and is overdue: somebody should have been told."""
    nobody = replace(LEDGER, accepted=frozenset())

    assert _wrong(_judged([ASSIGNED, WARNED], ledger=nobody, now=71)) == {"deadlines_lost"}
    assert _judged([ASSIGNED, WARNED], ledger=nobody, now=69).right


def test_what_nobody_sent_is_unknown() -> None:
    """A petition that was never acknowledged has no place in the record."""
    assert _wrong(_judged(STORY, ledger=Ledger({}, {}, frozenset({"p1"})))) == {"unknown_petitions"}


@pytest.mark.parametrize(
    ("queue", "found"),
    [
        ([1, 2, 3, 4], set()),
        ([1, 2, 4], {"queue_lost"}),
        ([1, 2, 3, 4, 4], {"queue_doubled", "queue_disordered"}),
        ([1, 3, 2, 4], {"queue_disordered"}),
        ([1, 2, 3, 4, 5], {"queue_unknown"}),
    ],
)
def test_what_is_wrong_with_a_queue_is_named(queue: list[int], found: set[str]) -> None:
    """Each event once, in order, and none that never happened."""
    report = Report()
    check_queues({"p1": STORY}, {OFFICE: [("p1", seq) for seq in queue]}, report)

    assert _wrong(report) == found


@pytest.mark.parametrize(("before", "seen", "found"), [(2, 2, set()), (2, 3, set()), (2, 4, set()), (3, 2, {"queue_lost", "view_differs"})])
def test_what_happens_while_outlets_are_read_may_be_there_and_what_happened_before_must(before: int, seen: int, found: set[str]) -> None:
    """The record is read before and after them."""
    report = Report()
    told = tuple((event.data["seq"], event.id) for event in STORY[:seen])
    case = STORY[seen - 1].case
    row = Row(seen, case["state"], OFFICE, OFFICE, case["escalation"], told)

    check_queues({"p1": STORY}, {OFFICE: [("p1", seq + 1) for seq in range(seen)]}, report, {"p1": before})
    check_view({"p1": STORY}, {"p1": row}, report, {"p1": before})

    assert _wrong(report) == found


def test_an_event_in_a_strangers_queue_is_found() -> None:
    """An office must not see what does not concern it; what nobody owns concerns triage."""
    nobodys = replace(ASSIGNED, data={**ASSIGNED.data, "to_office": None, "case": {**_case("received"), "office": None}})
    report = Report()
    check_queues({"p1": [nobodys]}, {TRIAGE: [("p1", 1)], OFFICE: [("p1", 1)]}, report)

    assert report.examples == {"queue_unknown": [f"{OFFICE} ('p1', 1)"]}


ROW = Row(4, "accepted", OFFICE, OFFICE, 1, ((1, "e1"), (2, "e2"), (3, "e3"), (4, "e4")))


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ({"p1": ROW}, set()),
        ({}, {"view_lost"}),
        ({"p1": ROW, "p2": ROW}, {"view_unknown"}),
        ({"p1": replace(ROW, state="assigned")}, {"view_differs"}),
        ({"p1": replace(ROW, queue=None)}, {"view_differs"}),
        ({"p1": replace(ROW, events=ROW.events[:-1])}, {"view_differs"}),
    ],
)
def test_a_read_model_that_differs_from_the_record_is_found(rows: dict[str, Row], found: set[str]) -> None:
    """Missing, too many, in another state, in no queue, with a shorter story."""
    report = Report()
    check_view({"p1": STORY}, rows, report)

    assert _wrong(report) == found


@pytest.mark.parametrize(
    ("state", "lines", "found"),
    [
        ("accepted", ["e1:received", "e1", "e3", "e4"], set()),
        ("assigned", ["e1:received", "e1", "e3"], {"citizen_differs"}),
        ("accepted", ["e1", "e3", "e4", "e4"], {"citizen_doubled"}),
        ("accepted", ["e1", "e4", "e3"], {"citizen_differs"}),
        ("accepted", ["e1", "e7"], {"citizen_differs"}),
    ],
)
def test_a_citizens_page_that_differs_from_the_record_is_found(state: str, lines: list[str], found: set[str]) -> None:
    """An old state, a line twice, out of order, or about what never happened."""
    report = Report()
    check_citizens({"p1": STORY}, [("p1", {"state": state, "timeline": [{"id": line} for line in lines]})], report)

    assert _wrong(report) == found
