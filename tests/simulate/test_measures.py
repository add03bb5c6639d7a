"""The measures, from records that the real case stage wrote."""

from __future__ import annotations

import pytest

from deploy.simulate import worktime
from deploy.simulate.measures.facts import Reply
from deploy.simulate.measures.fold import read
from deploy.simulate.measures.measures import Measures, by_office, measures
from deploy.simulate.measures.survival import ended_share, median
from schemas.events import actions as do
from schemas.events.actions import ResultKind
from schemas.platform.clock import to_datetime
from tests.case.world import EVIDENCE, GOOD_TEXT, World, hanoi, whole

DONE = {"result": ResultKind.DONE, "text": GOOD_TEXT, "evidence_urls": EVIDENCE}


def _measured(world: World, until: str | None = None) -> dict[str, Measures]:
    """By office, and the whole city under `all`."""
    end = to_datetime(hanoi(until) if until else world.now)
    facts, _ = read([whole(event) for event in world.record], end, worktime.hours_between)
    return {**by_office(facts), "all": measures(facts)}


def test_an_answer_in_time_with_its_hours() -> None:
    """Accepted after 2 working hours, answered after 9 (lunch and night left out), rated: all of it is the office's."""
    world = World()
    id_ = world.submit()
    world.pass_until("2026-11-25 11:00")
    world.act(id_, do.Accept, "so-xd")
    world.pass_until("2026-11-26 10:00")
    world.act(id_, do.Answer, "so-xd", **DONE)
    world.act(id_, do.Rate, stars=5)
    found = _measured(world)["so-xd"]

    assert (found.fast.due, found.fast.in_time) == (1, 1.0)
    assert (found.fast.hours_to_accept, found.fast.hours_to_answer) == pytest.approx((2.0, 9.0))
    assert (found.right.first_office, found.effective.stars, found.to_the_end.closed_by_rating) == (1.0, 5.0, 1)
    assert (found.to_the_end.open, found.to_the_end.oldest_days) == (0, None)


def test_silence_beyond_the_deadline_is_not_in_time() -> None:
    """A case that nobody answers counts as late from its deadline on, stays open, and has climbed the ladder."""
    world = World()
    world.submit()
    world.pass_until("2026-12-15 09:00")
    found = _measured(world)["so-xd"]

    assert (found.fast.due, found.fast.in_time, found.fast.hours_to_answer) == (1, 0.0, None)
    assert (found.to_the_end.open, found.to_the_end.oldest_days) == (1, pytest.approx(20.0))
    assert found.to_the_end.reached == (0, 0, 1)


def test_before_the_deadline_nothing_is_due() -> None:
    """An open case within its limit is neither in time nor late."""
    world = World()
    world.submit()
    world.pass_until("2026-11-26 09:00")

    assert (_measured(world)["all"].fast.due, _measured(world)["all"].fast.in_time) == (0, None)


def test_a_transfer_is_held_against_who_passed_on_and_who_was_first() -> None:
    """The first office did not answer: not right. The second did; the city has one petition, not two."""
    world = World()
    id_ = world.submit()
    world.act(id_, do.Transfer, "so-xd", to_office="so-nnmt", reason="Không thuộc địa bàn")
    world.act(id_, do.Answer, "so-nnmt", **DONE)
    found = _measured(world)

    assert (found["so-xd"].right.first_office, found["so-xd"].right.passed_on) == (0.0, 1)
    assert (found["so-nnmt"].fast.due, found["so-nnmt"].right.passed_on) == (1, 0)
    assert (found["all"].petitions, found["all"].right.transfers_each, found["all"].right.disputed) == (1, 1.0, 0)


def test_a_disputed_transfer_counts_once() -> None:
    """The second hand-over, which a superior must decide, is one transfer and one dispute."""
    world = World()
    id_ = world.submit()
    world.act(id_, do.Transfer, "so-xd", to_office="so-nnmt", reason="Không thuộc địa bàn")
    world.act(id_, do.Transfer, "so-nnmt", to_office="so-yt", reason="Không thuộc địa bàn")
    found = _measured(world)

    assert (found["all"].right.passed_on, found["all"].right.disputed) == (2, 1)
    assert found["so-nnmt"].right.disputed == 1


def test_hollow_answers_and_reopenings_count_against_the_answer() -> None:
    """One answer sent back, one accepted and reopened; the second round has its own hours."""
    world = World()
    id_ = world.submit()
    world.act(id_, do.Answer, "so-xd", result=ResultKind.DONE, text="Đã tiếp nhận.")
    world.act(id_, do.Answer, "so-xd", **DONE)
    world.act(id_, do.Reopen, reason="Hiện trường vẫn như cũ")
    world.pass_until("2026-11-25 11:00")
    facts, _ = read([whole(event) for event in world.record], to_datetime(world.now), worktime.hours_between)
    found = measures(facts)

    assert (found.effective.answers_returned, found.effective.returned, found.effective.reopened) == (1, 0.5, 1.0)
    assert [(reply.done, reply.hours) for reply in facts if isinstance(reply, Reply)] == [(True, 0.0), (False, pytest.approx(2.0))]


def test_closing_by_window_and_by_day() -> None:
    """An unrated answer is closed by the window; the day counts say what came and what was done with."""
    world = World()
    id_ = world.submit()
    world.act(id_, do.Answer, "so-xd", **DONE)
    world.pass_until("2026-12-10 09:00")
    facts, days = read([whole(event) for event in world.record], to_datetime(world.now), worktime.hours_between)
    day = to_datetime(hanoi("2026-11-25 09:00")).date()

    assert measures(facts).to_the_end.closed_by_window == 1
    assert (days.received[day], days.answered[day], days.ended[day], days.late.total()) == (1, 1, 1, 0)


def test_a_repeated_event_changes_nothing() -> None:
    """Reading the record twice over gives the same facts."""
    world = World()
    world.act(world.submit(), do.Answer, "so-xd", **DONE)
    record = [whole(event) for event in world.record]
    end = to_datetime(world.now)

    assert read(record, end, worktime.hours_between) == read([*record, *record], end, worktime.hours_between)


def test_who_still_waits_keeps_the_median_honest() -> None:
    """Two quick answers and three that wait long: the median is not the two quick ones'. Too few ended: not known yet."""
    assert median([(1.0, True), (2.0, True), (3.0, True)]) == 2.0
    assert median([(1.0, True), (2.0, True), (9.0, False), (9.0, False), (9.0, False)]) is None
    assert median([(1.0, True), (5.0, True), (6.0, True), (0.5, False)]) == 5.0
    assert median([]) is None
    assert ended_share([(1.0, True), (2.0, False), (3.0, True)]) == [(0.0, 0.0), (1.0, pytest.approx(1 / 3)), (3.0, 1.0)]
