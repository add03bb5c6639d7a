"""Late is late: the queue and its lines, the league, the figure behind the alarm and the simulation's report say the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
import yaml
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from consumers.kafka.records import Record
from consumers.read_model import figures
from consumers.read_model.counting import count
from consumers.read_model.finding import Wanted
from consumers.read_model.projection import project
from consumers.read_model.reading import Reader, opened
from consumers.read_model.tables import ReadModel
from consumers.views import operations
from consumers.views.office import queue_item
from deploy.simulate import worktime
from deploy.simulate.measures.fold import read
from deploy.simulate.measures.measures import measures
from schemas.events import actions as do
from schemas.events.case import Answered, Breached, Reopened
from schemas.events.standing import WORK_STATES, CaseEvent
from schemas.events.wire import whole_of
from schemas.platform.clock import ScaledClock
from schemas.platform.instants import to_datetime
from schemas.platform.metrics import CASES_LATE, CASES_OPEN
from schemas.reference import TRIAGE_OFFICE, offices
from tests.case.test_machine import CaseLife
from tests.case.world import GOOD_TEXT, World, hanoi

RULES = Path(__file__).parents[2] / "deploy/observe/prometheus/alerts.yaml"
Late = set[str]


@dataclass(frozen=True)
class Said:
    """What each of them says at an instant: petitions where it names them, numbers where it counts."""

    queue: Late
    lines: Late
    league: dict[str, int]
    centre: tuple[int, int]
    figure: tuple[int, int]
    report: tuple[int, int]
    missed: Late


def said(url: str, world: World) -> Said:
    """Puts the world's record into an empty read model and asks all of them."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("truncate petition, timeline, event_count")
    model = ReadModel(url, "lateness", "petitions.events")
    model.write(project([Record(number, 1, one.key, one.value, list(one.headers)) for number, one in enumerate(world.raw)]), [])
    model.close()
    return asyncio.run(_asked(url, world))


async def _asked(url: str, world: World) -> Said:
    now = to_datetime(world.now)
    async with opened(url, 1) as reader:
        lines = [line for code in offices() for line in await _own(reader, Wanted(office=code, limit=500, now=now))]
        shown = operations.figures(await figures.read(reader, now), now, "en")
        await count(reader, ScaledClock(1e-9, world.now, 0))
        return Said(
            queue={line for code in offices() for line, _ in await _own(reader, Wanted(office=code, limit=500, now=now, overdue=True))},
            lines={line for line, late in lines if late},
            league={line["office"]["code"]: line["overdue"] for line in shown["league"] if line["overdue"]},
            centre=(shown["open"]["total"], shown["open"]["overdue"]),
            figure=(int(CASES_OPEN()._value.get()), int(CASES_LATE()._value.get())),
            report=_reported(world, now),
            missed={line for code in offices() for line, _ in await _own(reader, Wanted(office=code, limit=500, now=now, missed=True))},
        )


async def _own(reader: Reader, wanted: Wanted) -> list[tuple[str, bool]]:
    """The lines of cases that this office itself must answer (or sort), and whether each shows as late."""
    return [
        (
            line.petition_id,
            queue_item(wanted.office, petition_id=line.petition_id, seq=line.seq, case=line.case, petition=None, now=wanted.now, lang="en")[
                "overdue"
            ],
        )
        for line in await reader.find(wanted)
        if (line.case["office"] or TRIAGE_OFFICE) == wanted.office
    ]


def _reported(world: World, now: datetime) -> tuple[int, int]:
    events = [whole_of(dict(one.headers)["ce_type"].decode(), one.value or b"") for one in world.raw]
    end = measures(read(events, now, worktime.hours_between)[0]).to_the_end
    return end.open, end.late


def newest(world: World) -> list[CaseEvent]:
    """The newest event of each petition that somebody has to work on."""
    found = {event.petition_id: event for event in world.record}
    return [event for event in found.values() if event.case.state in WORK_STATES]


def late(event: CaseEvent, now: datetime) -> bool:
    """In the words of the rule."""
    return any(clock.name in ("answer", "promise") and clock.paused_at is None and clock.due_at < now for clock in event.case.clocks)


def missed(events: list[CaseEvent]) -> bool:
    """By the record from its first event on."""
    found: set[str] = set()
    for event in events:
        if isinstance(event, Breached) and event.clock in ("answer", "promise"):
            found.add(event.clock)
        elif isinstance(event, Reopened):
            found.clear()
        elif isinstance(event, Answered) and event.in_time:
            found.discard("answer")
        elif event.what in ("assigned", "deadline-recomputed"):
            due = next(clock.due_at for clock in event.case.clocks if clock.name == "answer")
            found = found if due <= event.at else set()
    return bool(found)


def assert_all_say_the_same(url: str, world: World) -> None:
    now, open_cases, found = to_datetime(world.now), newest(world), said(url, world)
    expected = {event.petition_id for event in open_cases if late(event, now)}
    by_office: dict[str, int] = {}
    for event in open_cases:
        if event.petition_id in expected:
            by_office[event.case.office or TRIAGE_OFFICE] = by_office.get(event.case.office or TRIAGE_OFFICE, 0) + 1

    assert (found.queue, found.lines, found.league) == (expected, expected, by_office)
    assert [found.centre, found.figure, found.report] == [(len(open_cases), len(expected))] * 3
    assert found.missed == {event.petition_id for event in open_cases if missed(world.events(event.petition_id))}


def test_a_standing_clock_is_not_late_and_a_promise_wipes_no_miss(database_url: Callable[[], str]) -> None:
    """P was asked for information before its deadline passed; Q was late and then promised twenty days."""
    world = World()
    p, q = world.submit(1), world.submit(2)
    for one in (p, q):
        world.act(one, do.Accept, "so-xd")
    world.pass_until("2026-12-01 16:00")
    world.act(p, do.RequestInformation, "so-xd", question="Ở đoạn nào?")
    world.pass_until("2026-12-03 10:00")
    promise = to_datetime(hanoi("2026-12-23 10:00"))
    world.act(q, do.Answer, "so-xd", result="will-be-done", text=GOOD_TEXT, promise_date=promise)
    world.pass_until("2026-12-04 10:00")
    found = said(database_url(), world)

    assert (found.queue, found.lines, found.league, found.missed) == ({q}, {q}, {"so-xd": 1}, {q})
    assert [found.centre, found.figure, found.report] == [(2, 1)] * 3


@pytest.mark.parametrize("answered_late", [True, False])
def test_once_late_is_another_word(database_url: Callable[[], str], *, answered_late: bool) -> None:
    """Reopened after a late answer a case begins anew; one that kept its promise late but is not answered was once late."""
    world = World()
    one = world.submit(1)
    world.act(one, do.Accept, "so-xd")
    world.pass_until("2026-12-03 10:00")
    if answered_late:
        world.act(one, do.Answer, "so-xd", result="not-done", text=GOOD_TEXT, cause="không đủ điều kiện")
        world.act(one, do.Reopen, reason="vẫn còn ổ gà")
    found = said(database_url(), world)

    assert (found.queue, found.missed) == ((set(), set()) if answered_late else ({one}, {one}))


def test_all_say_the_same_of_random_histories(database_url: Callable[[], str]) -> None:
    """Whatever happened to the petitions of the case's own state machine: actions, waiting, outages, merges."""
    url = database_url()

    class Compared(CaseLife):
        def teardown(self) -> None:
            self.world.pass_until(self.world.now)
            assert_all_say_the_same(url, self.world)

    run_state_machine_as_test(
        Compared,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


def test_the_alarm_is_raised_on_that_figure() -> None:
    """No alarm counts lateness in its own way."""
    rules = {rule["alert"]: rule["expr"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]}

    assert CASES_LATE.name in rules["CasesLate"]
