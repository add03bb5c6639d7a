"""What would have been: known histories under a stricter policy, and what a record may lack."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from schemas.events import actions as do
from schemas.events.wire import whole_of
from schemas.platform.clock import to_datetime
from streams.case.policy.book import Book
from streams.case.whatif.report import report, text
from streams.case.whatif.study import Study, Window
from tests.case.world import EVIDENCE, GOOD_TEXT, POLICY, World, hanoi, local, pid, shorter_limits
from tests.whatif.test_replay import studied

STRICT = shorter_limits("strict")
"""One working day for every answer instead of five."""


def answered_on_the_third_day() -> World:
    world = World()  # a Wednesday, 9:00
    case = world.submit()
    world.pass_until("2026-11-25 10:00")
    world.act(case, do.Accept, "so-xd")
    world.pass_until("2026-11-27 15:00")
    world.act(case, do.Answer, "so-xd", result="done", text=GOOD_TEXT, evidence_urls=EVIDENCE)
    world.pass_until("2026-11-30 10:00")
    return world


def test_a_shorter_limit_would_have_been_missed() -> None:
    """Answered on the third day: in time in five days; in one day it is a breach, goes to the city office, and is answered late."""
    study = studied(answered_on_the_third_day(), STRICT)
    (one,) = study.petitions.values()

    assert (one.before.late, one.before.in_time, one.before.deadline) == (False, 1, hanoi("2026-12-02 09:00"))
    assert (one.after.late, one.after.in_time, one.after.deadline) == (True, 0, hanoi("2026-11-26 09:00"))
    assert one.after.breaches == {"answer": 1}
    assert one.after.rungs == {1: 1, 2: 1}
    assert (study.before.offices.get("so-xd"), study.after.offices["so-xd"].late) == (None, 1)
    assert study.after.offices["vp-ubnd"].received == {2: 1}
    assert one.check.difference is None


def test_the_report_says_what_changed_and_what_it_cannot_know() -> None:
    """Totals, deadlines, offices and cases before and after; in words too, with the limits of a replay at the end."""
    found = report(studied(answered_on_the_third_day(), STRICT), cases=True)
    shown = "\n".join(text(found))

    assert found["totals"]["late_petitions"] == {"before": 0, "after": 1}
    assert found["totals"]["escalations_rung_2"] == {"before": 0, "after": 1}
    assert (found["deadlines"]["earlier"], found["check"]["same"]) == (1, 1)
    assert found["cases"][0]["top_rung"] == {"before": 0, "after": 2}
    assert "0 → 1" in shown
    assert "2026-12-02 09:00 → 2026-11-26 09:00" in shown
    assert "People would have acted otherwise" in shown


def test_time_goes_on_until_the_wanted_instant() -> None:
    """An open case at the record's end: what comes until then happens under both policies."""
    world = World()
    world.submit()
    study = Study(Book.of(POLICY), STRICT)
    for output in world.raw:
        study.feed(whole_of(dict(output.headers)["ce_type"].decode(), output.value or b""))
    study.finish(hanoi("2026-12-10 09:00"))
    (one,) = study.petitions.values()

    assert one.before.breaches == one.after.breaches == {"accept": 1, "answer": 1}
    assert (one.before.rungs[3], one.after.rungs[3]) == (2, 2)


def test_what_the_other_policy_refuses_is_counted() -> None:
    """An extension by two days is too long where an answer has one day: it is refused, and the report says so."""
    world = World()
    case = world.submit()
    world.act(case, do.Accept, "so-xd")
    world.act(case, do.Extend, "so-xd", working_hours=16, reason="chờ vật tư")
    found = report(studied(world, STRICT))

    assert found["newly_refused"] == {"extend: extension-too-long": 1}
    assert found["check"]["different"] == 0


def test_recomputation_and_recorded_outage_are_replayed() -> None:
    """A record with a second policy, a recomputation and an outage that the operator recorded gives itself again."""
    book = Book.of(POLICY)
    world = World(books=lambda: book)
    case = world.submit()
    world.act(case, do.Accept, "so-xd")
    book = Book.of(POLICY, STRICT)
    world.act(case, do.RecordOutage, "operator", away_from=to_datetime(world.now - 60_000), away_until=to_datetime(world.now))
    world.act(case, do.Recompute, "operator", policy_version="strict", reason="hạn mới")
    world.submit(2)
    world.pass_until("2026-12-15 09:00")
    known = Book(POLICY, {"strict": STRICT, POLICY.version: POLICY})
    study = Study(known, replace(POLICY, version="tried"))
    for output in world.raw:
        study.feed(whole_of(dict(output.headers)["ce_type"].decode(), output.value or b""))
    study.finish(world.now)

    assert [one.check.difference for one in study.petitions.values()] == [None, None]
    assert study.versions == {POLICY.version: 1, "strict": 1}
    assert [local(one.after.deadline) for one in study.petitions.values()] == ["2026-12-02 09:00"] * 2


def test_answers_of_every_kind_are_replayed() -> None:
    """Promises for a day, disowning, questions, poor answers, transfers back and forth: the record again, event by event."""
    world = World()
    first, second, third = (world.submit(number) for number in (1, 2, 3))
    for case in (first, second, third):
        world.act(case, do.Accept, "so-xd")
    promise: dict[str, Any] = {"result": "will-be-done", "text": GOOD_TEXT}
    world.act(first, do.Answer, "so-xd", **promise, promise_date=to_datetime(hanoi("2026-12-08 00:00")))
    world.act(second, do.Answer, "so-xd", result="not-ours", text=GOOD_TEXT, cause="thuộc ngành điện quản lý")
    world.act(second, do.Assign, "superior:vp-ubnd", to_office="so-xd", reason="giữ nguyên đơn vị")
    world.act(third, do.Answer, "so-xd", result="done", text="Đã xử lý.")
    world.act(third, do.RequestInformation, "so-xd", question="Ở đoạn nào?")
    world.pass_until("2026-12-03 09:00")
    world.act(third, do.Transfer, "so-xd", to_office="evn-hanoi", reason="cột điện")
    world.act(third, do.Transfer, "evn-hanoi", to_office="so-xd", reason="không phải cột điện")
    world.pass_until("2027-01-15 09:00")
    study = studied(world)

    assert {"promised", "decision-required", "answer-returned", "resumed", "transferred"} <= {event.what for event in world.record}
    assert [one.check.difference for one in study.petitions.values()] == [None, None, None]
    assert study.before == study.after


def test_an_answer_sent_in_time_during_an_outage_stays_in_time() -> None:
    """Handed in before the deadline and handled after it: the record says so, and the replay keeps it."""
    world = World()
    case = world.submit()
    world.act(case, do.Accept, "so-xd")
    world.now = hanoi("2026-12-03 09:00")  # the pipeline was away over the deadline
    appended = hanoi("2026-12-02 08:30")
    world.act(case, do.Answer, "so-xd", appended=appended, result="done", text=GOOD_TEXT, evidence_urls=EVIDENCE)
    (one,) = studied(world).petitions.values()

    assert world.events(case)[-1].in_time  # type: ignore[attr-defined]
    assert (one.before.in_time, one.before.late, one.check.difference) == (1, False, None)


def test_only_the_window_is_studied() -> None:
    """Petitions registered before or after the window are left out, and counted as such."""
    world = World()
    for number, at in ((1, "2026-11-25 09:00"), (2, "2026-11-26 09:00"), (3, "2026-11-27 09:00")):
        world.now = hanoi(at)
        world.submit(number)
    study = Study(Book.of(POLICY), STRICT, Window(hanoi("2026-11-26 00:00"), hanoi("2026-11-27 00:00")))
    for output in world.raw:
        study.feed(whole_of(dict(output.headers)["ce_type"].decode(), output.value or b""))
    study.finish()

    assert (list(study.petitions), len(study.outside)) == ([pid(2)], 2)


@pytest.mark.parametrize("lost", [0, 1])
def test_a_record_with_holes_is_told_apart(lost: int) -> None:
    """Without its first event a petition is left out; with a hole in the middle it is said not to be faithful."""
    world = answered_on_the_third_day()
    study = Study(Book.of(POLICY), STRICT)
    for index, output in enumerate(world.raw):
        if index != lost:
            study.feed(whole_of(dict(output.headers)["ce_type"].decode(), output.value or b""))
    study.finish()
    found = report(study)

    assert (found["record"]["without_beginning"], found["check"]["different"]) == ((1, 0) if lost == 0 else (0, 1))
