"""How other systems of this kind go wrong, one test each (the list stands in the project's domain rules)."""

import pytest

from schemas.events import actions as do
from schemas.events.base import Level
from schemas.events.case import Breached, Escalated, Warned
from schemas.events.standing import ClockName, State
from schemas.platform.clock import to_datetime
from streams.case.decide.presence import PRESENCE_KEY, every
from streams.case.policy.book import Book
from tests.case.world import EVIDENCE, GOOD_TEXT, POLICY, World, hanoi, local, shorter_limits


@pytest.fixture
def world() -> World:
    return World()


def answered(world: World, number: int = 1) -> str:
    """A petition that its office accepted and answered."""
    id_ = world.submit(number)
    world.act(id_, do.Accept, "so-xd")
    world.act(id_, do.Answer, "so-xd", result="done", text=GOOD_TEXT, evidence_urls=EVIDENCE)
    return id_


def clock(world: World, id_: str, name: ClockName) -> tuple[str | None, str | None]:
    """A clock's start and due instant, in Hanoi."""
    found = next(clock for clock in world.view(id_).clocks if clock.name is name)
    return local(found.started_at), local(found.due_at)


def test_lunch_break_is_not_working_time(world: World) -> None:
    """A day has two working periods: eight hours from 11:00 end at 11:00 the next working day, not at 19:00."""
    world.now = hanoi("2026-11-25 11:00")

    assert clock(world, world.submit(), ClockName.ACCEPT)[1] == "2026-11-26 11:00"


def test_midnight_between_two_working_days(world: World) -> None:
    """What comes in late in the evening starts to count in the morning."""
    world.now = hanoi("2026-11-25 23:30")

    assert clock(world, world.submit(), ClockName.ACCEPT)[1] == "2026-11-26 17:30"


@pytest.mark.parametrize("arrival", ["2026-11-24 10:00", "2026-11-23 17:30", "2026-11-24 23:59"])
def test_a_case_that_arrives_on_a_holiday(world: World, arrival: str) -> None:
    """It counts from the first working minute after it."""
    world.now = hanoi(arrival)

    assert clock(world, world.submit(), ClockName.ACCEPT)[1] == "2026-11-25 17:30"


def test_a_case_that_arrives_during_lunch(world: World) -> None:
    """It counts from half past one."""
    world.now = hanoi("2026-11-25 12:30")

    assert clock(world, world.submit(level="urgent"), ClockName.ANSWER)[1] == "2026-11-25 17:30"


def test_a_working_saturday_counts(world: World) -> None:
    """Saturday 22 August 2026 is worked for Monday 31 August."""
    world.now = hanoi("2026-08-21 13:30")

    assert clock(world, world.submit(), ClockName.ACCEPT)[1] == "2026-08-22 12:00"


def test_a_pause_that_starts_and_ends_outside_working_hours_moves_the_deadline_by_working_time_only(world: World) -> None:
    """Command at 20:00 on Wednesday, answered at 06:00 on Friday: one working day, not thirty-four hours."""
    id_ = world.submit()
    world.act(id_, do.Accept, "so-xd")
    world.pass_until("2026-11-25 20:00")
    world.act(id_, do.RequestInformation, "so-xd", question="Ở số nhà nào?")
    world.pass_until("2026-11-27 06:00")
    before = hanoi("2026-12-02 09:00")
    world.act(id_, do.AddInformation, text="Số nhà 12")

    assert (local(before), local(world.view(id_).deadline)) == ("2026-12-02 09:00", "2026-12-03 09:00")


def test_a_calendar_that_changes_while_cases_are_open_moves_no_running_deadline(world: World) -> None:
    """A case keeps the version that it started with; new cases get the new one."""
    old = world.submit(1)
    calendar = POLICY.levels[Level.ORDINARY].calendar
    faster = shorter_limits("2026.2")
    world.books = lambda: Book.of(POLICY, faster)
    new = world.submit(2)
    world.act(old, do.Accept, "so-xd")

    assert calendar.add(world.now, 5 * calendar.day_ms) == world.case(old).deadline
    assert (world.view(old).policy_version, world.view(new).policy_version) == ("2026.1", "2026.2")
    assert local(world.view(new).deadline) == "2026-11-26 09:00"


def test_recompute_moves_a_running_deadline_with_an_event_that_says_so(world: World) -> None:
    """Only an explicit request puts an open case under a newer policy; before and after stand in the event."""
    id_ = world.submit()
    faster = shorter_limits("2026.2")
    world.books = lambda: Book.of(POLICY, faster)
    (event,) = world.act(id_, do.Recompute, "operator", policy_version="2026.2", reason="quy định mới")

    assert event.what == "deadline-recomputed"
    assert [local(event.deadline_before), local(event.deadline_after)] == ["2026-12-02 09:00", "2026-11-26 09:00"]


def test_a_reopened_case_has_new_clocks_and_its_own_escalations(world: World) -> None:
    """The second round is watched like the first."""
    id_ = answered(world)
    world.act(id_, do.Reopen, reason="vẫn còn ổ gà")
    world.pass_until("2027-01-15 09:00")
    second = world.events(id_)[world.whats(id_).index("reopened") :]

    assert second[0].case.state == State.ASSIGNED
    assert [event.rung for event in second if isinstance(event, Escalated)] == [2, 3, 2, 3]


def test_a_case_whose_category_changes_is_due_by_the_new_limit_counted_from_the_old_start(world: World) -> None:
    """Reclassifying neither restarts the clock nor leaves the wrong limit in force."""
    id_ = world.submit(triage=True, office="tt-pvhcc")
    world.pass_until("2026-11-25 15:30")
    world.act(id_, do.Assign, "triage", to_office="so-xd", reason="đúng lĩnh vực", level="complex")

    assert clock(world, id_, ClockName.ANSWER) == ("2026-11-25 09:00", "2026-12-16 09:00")
    assert clock(world, id_, ClockName.ACCEPT) == ("2026-11-25 15:30", "2026-11-26 15:30")


def test_a_merged_case_does_not_lose_its_clock(world: World) -> None:
    """While merged its clock stands; separated again, it runs with what was left."""
    leader, follower = world.submit(1), world.submit(2)
    world.pass_until("2026-11-25 15:30")
    world.act(follower, do.Merge, "triage", into=leader, reason="cùng vụ việc")
    world.pass_until("2026-11-26 15:30")
    world.act(follower, do.Unmerge, "triage", reason="khác vụ việc")

    assert [local(world.view(id_).deadline) for id_ in (leader, follower)] == ["2026-12-02 09:00", "2026-12-03 09:00"]


def test_an_update_by_the_office_itself_is_not_progress(world: World) -> None:
    """A note by the office ends no pause, moves no deadline and accepts nothing."""
    id_ = world.submit()
    before = world.view(id_)
    world.act(id_, do.AddInformation, "so-xd", text="Đang xem xét")

    assert before == world.view(id_)
    world.act(id_, do.Accept, "so-xd")
    world.act(id_, do.RequestInformation, "so-xd", question="Ở đâu?")
    world.act(id_, do.AddInformation, "so-xd", text="Đã gọi điện")

    assert world.view(id_).state is State.INFORMATION_REQUESTED


def test_the_oldest_case_escalates_however_many_newer_ones_there_are(world: World) -> None:
    """No scan is limited to the newest cases of a state."""
    ids = [world.submit(number) for number in range(1, 151)]
    world.pass_until("2026-12-09 09:00")

    assert {3} == {world.view(id_).escalation for id_ in ids}


def test_no_edit_restarts_the_clock(world: World) -> None:
    """Refused requests, notes, questions from the citizen and transfers leave the next timers where they were."""
    id_ = world.submit()
    due = clock(world, id_, ClockName.ANSWER)
    world.pass_until("2026-11-25 11:00")
    world.act(id_, do.AddInformation, text="Ổ gà to thêm")
    world.act(id_, do.Extend, "so-xd", working_hours=8, reason="chờ vật tư")
    world.act(id_, do.Transfer, "so-xd", to_office="ca-tp", reason="thuộc công an")

    assert due == clock(world, id_, ClockName.ANSWER)


def test_every_level_of_the_ladder_can_be_reached(world: World) -> None:
    """50%, 80%, deadline, one working day after, three more: each once for each clock, at its instant."""
    id_ = world.submit()
    world.pass_until("2026-12-08 09:00")
    steps = [(event.cause, local(event.at)) for event in world.events(id_) if isinstance(event, Warned | Breached | Escalated)]

    assert [step for step in steps if step[0] < "timer:accept:6" or step[0] > "timer:answer"] == [
        ("timer:accept:1", "2026-11-25 14:30"),
        ("timer:accept:2", "2026-11-25 16:54"),
        ("timer:accept:3", "2026-11-26 09:00"),
        ("timer:accept:4", "2026-11-27 09:00"),
        ("timer:answer:1", "2026-11-27 14:30"),
        ("timer:answer:2", "2026-12-01 09:00"),
        ("timer:accept:5", "2026-12-02 09:00"),
        ("timer:answer:3", "2026-12-02 09:00"),
        ("timer:answer:4", "2026-12-03 09:00"),
        ("timer:answer:5", "2026-12-08 09:00"),
    ]


def test_an_unassigned_case_escalates(world: World) -> None:
    """Waiting in triage is waiting: the triage office, the city office, the chairman."""
    id_ = world.submit(triage=True, office="tt-pvhcc")
    world.pass_until("2026-12-02 09:00")

    assert [
        event.case.escalated_to for event in world.events(id_) if event.cause in {"timer:accept:3", "timer:accept:4", "timer:accept:5"}
    ] == ["tt-pvhcc", "vp-ubnd", "ubnd-tp"]


def test_an_answer_just_before_a_late_timer_does_not_hide_the_breach(world: World) -> None:
    """The deadline passed; that the timer was not handled yet when the answer came changes nothing."""
    id_ = world.submit(level="urgent")
    world.act(id_, do.Accept, "so-xd")
    world.now = hanoi("2026-11-25 14:30") + 1000
    events = world.act(id_, do.Answer, "so-xd", result="done", text=GOOD_TEXT, evidence_urls=EVIDENCE)

    assert [event.what for event in events] == ["outage-recorded", "warned", "warned", "breached", "answered"]
    assert events[-1].in_time is False


DEADLINE = hanoi("2026-11-25 14:30")
"""Of an urgent petition that came at 09:00."""


@pytest.mark.parametrize("away_s", [3, 5 * 60, 11 * 60, 3 * 86_400])
def test_an_answer_handed_in_before_the_deadline_is_in_time_however_long_the_pipeline_is_away(world: World, away_s: int) -> None:
    """The broker acknowledged it 2 seconds before; that the stage comes back after the deadline makes nobody late."""
    id_ = world.submit(level="urgent")
    world.act(id_, do.Accept, "so-xd")
    world.pass_until(DEADLINE - 2_500)
    world.now = DEADLINE - 2_000 + away_s * 1000
    world.act(id_, do.Answer, "so-xd", appended=DEADLINE - 2_000, result="done", text=GOOD_TEXT, evidence_urls=EVIDENCE)
    world.pass_until(world.now)

    assert world.whats(id_)[-1] == "answered"
    assert world.events(id_)[-1].in_time is True
    assert not world.view(id_).breached


def test_an_answer_handed_in_after_the_deadline_is_late_though_the_pipeline_was_away(world: World) -> None:
    """The breach happens first and is marked as excused; what the sender's clock says changes nothing."""
    id_ = world.submit(level="urgent")
    world.act(id_, do.Accept, "so-xd")
    world.now = DEADLINE + 3_600_000
    sent = to_datetime(DEADLINE - 60_000)
    events = world.act(
        id_, do.Answer, "so-xd", appended=DEADLINE + 1, requested_at=sent, result="done", text=GOOD_TEXT, evidence_urls=EVIDENCE
    )

    assert [event.excused for event in events if isinstance(event, Breached)] == [True]
    assert events[-1].in_time is False


def test_no_timer_overtakes_what_was_handed_in_before_it(world: World) -> None:
    """An office that accepts, asks or extends in time does so, also when the stage comes to it late; what was due before happens first."""
    id_ = world.submit(level="urgent")
    accept_due = hanoi("2026-11-25 11:00")
    world.now = DEADLINE + 86_400_000
    world.act(id_, do.Accept, "so-xd", appended=accept_due - 1)
    world.act(id_, do.Extend, "so-xd", appended=accept_due, working_hours=2, reason="chờ vật tư")
    world.act(id_, do.RequestInformation, "so-xd", appended=DEADLINE, question="Ở đoạn nào?")
    world.pass_until(world.now)

    assert [what for what in world.whats(id_) if what not in ("warned", "outage-recorded")] == [
        "assigned",
        "accepted",
        "extended",
        "information-requested",
    ]
    assert local(world.view(id_).clocks[0].paused_at) == local(DEADLINE)


def test_what_begins_with_an_action_begins_when_it_can_be_seen(world: World) -> None:
    """Nobody loses a day of his own to an outage: the citizen's time to reply and to rate runs from when he was told."""
    id_ = world.submit()
    world.act(id_, do.Accept, "so-xd")
    handed_in = world.now
    world.now += 3 * 86_400_000
    told = world.now
    world.act(id_, do.Answer, "so-xd", appended=handed_in, result="done", text=GOOD_TEXT, evidence_urls=EVIDENCE)

    assert clock(world, id_, ClockName.RATING)[0] == local(told)
    assert (world.events(id_)[-1].asked_at, world.events(id_)[-1].at) == (to_datetime(handed_in), to_datetime(told))


def test_an_outage_begins_when_the_stage_last_ran(world: World) -> None:
    """Not with the first timer that was missed: two cases of one absence tell the same story."""
    ids = [world.submit(number, level="urgent") for number in (1, 2)]
    world.act(ids[1], do.Accept, "so-xd")
    world.pass_until(hanoi("2026-11-25 09:50"))
    world.now = hanoi("2026-11-25 14:35")
    world.pass_until(world.now)
    outages = [event for event in world.record if event.what == "outage-recorded"]

    assert [(event.petition_id, local(event.away_from), local(event.away_until)) for event in outages] == [
        (id_, "2026-11-25 09:50", "2026-11-25 14:35") for id_ in ids
    ]


def test_a_stage_that_runs_and_has_nothing_to_do_was_not_away(world: World) -> None:
    """A quiet night is no outage: the stage's own timer says that it was there."""
    id_ = world.submit()
    world.fire(PRESENCE_KEY)
    due = world.next_due()
    assert due is not None
    for instant in range(world.now, due[0], every(POLICY.outage_tolerance_ms)):
        world.now = instant
        world.fire(PRESENCE_KEY)
    world.pass_until(due[0])

    assert world.whats(id_) == ["assigned", "warned"]


def test_overdue_timers_fire_at_once_after_an_outage_in_order_and_once(world: World) -> None:
    """A week's steps in one go, oldest first, after a line that says the pipeline was away."""
    id_ = world.submit()
    world.pass_until(world.now, late_ms=0)
    due = world.next_due()
    assert due is not None
    world.pass_until(due[0], late_ms=14 * 86_400_000)
    events = world.events(id_)[1:]

    assert events[0].what == "outage-recorded"
    assert [event.cause for event in events[1:]] == [
        f"timer:{step}"
        for step in (
            *("accept:1", "accept:2", "accept:3", "accept:4", "answer:1", "answer:2", "accept:5"),
            *("answer:3", "answer:4", "answer:5", "accept:6"),
        )
    ]


def test_nothing_is_closed_by_silence(world: World) -> None:
    """Without an answer a case stays open for ever, with a next timer, whatever time passes."""
    id_ = world.submit()
    world.pass_until("2027-11-25 09:00")

    assert world.view(id_).state == State.ASSIGNED
    assert world.next_due() is not None


def test_a_shorter_limit_is_not_mistaken_for_an_outage(world: World) -> None:
    """A case that becomes urgent is overdue at once; the pipeline was not away, so nobody is excused."""
    id_ = world.submit(triage=True, office="tt-pvhcc")
    world.pass_until("2026-11-26 16:00")
    world.act(id_, do.Assign, "triage", to_office="so-xd", reason="khẩn cấp", level="urgent")
    world.pass_until("2026-11-26 16:01")

    assert "outage-recorded" not in world.whats(id_)
    assert [event.excused for event in world.events(id_) if isinstance(event, Breached) and event.clock is ClockName.ANSWER] == [False]


def test_a_promise_over_the_weekend_warns_of_nothing(world: World) -> None:
    """Without working time in between there is nothing to warn of, only a date to keep."""
    world.now = hanoi("2026-11-27 18:00")
    id_ = world.submit()
    date = to_datetime(hanoi("2026-11-28 20:00"))
    world.act(id_, do.Answer, "so-xd", result="will-be-done", text=GOOD_TEXT, promise_date=date)
    world.pass_until("2026-11-29 08:00")

    assert [event.cause for event in world.events(id_) if event.cause.startswith("timer")] == ["timer:promise:3"]


def test_an_outage_is_recorded_once(world: World) -> None:
    """A petition that came late and whose first timers are overdue tells of one outage, not of two."""
    id_ = world.submit(level="urgent", submitted=to_datetime(world.now - 80 * 60_000))
    world.pass_until(world.now + 60_000)

    assert world.whats(id_).count("outage-recorded") == 1
