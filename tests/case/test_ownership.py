"""Who must act, and that nobody passes a petition around."""

from dataclasses import replace

import pytest

from schemas.events import actions as do
from schemas.events.case import ActionRefused
from schemas.events.standing import CaseEvent, State
from streams.case.decide.handlers.information import NOTES_AT_MOST
from streams.case.policy.book import Book
from tests.case.world import EVIDENCE, GOOD_TEXT, POLICY, World, local


@pytest.fixture
def world() -> World:
    return World()


def refusal(events: list[CaseEvent]) -> str:
    """The rule by which the last request was refused."""
    assert isinstance(events[-1], ActionRefused), events[-1].what
    return events[-1].rule


def test_the_first_transfer_takes_effect_at_once_and_leaves_the_deadline_alone(world: World) -> None:
    """The new office gets a fresh clock to accept, and the old deadline to answer."""
    id_ = world.submit()
    before = world.view(id_).deadline
    world.pass_until("2026-11-25 16:00")
    events = world.act(id_, do.Transfer, "so-xd", to_office="ca-tp", reason="thuộc công an")

    assert [event.what for event in events] == ["transferred", "assigned"]
    assert (world.view(id_).office, world.view(id_).transfers, world.view(id_).deadline) == ("ca-tp", 1, before)
    assert [local(clock.due_at) for clock in world.view(id_).clocks] == ["2026-11-26 16:00", local(before)]


@pytest.mark.parametrize(("target", "because"), [("so-xd", "came-back"), ("ward-00070", "third-office")])
def test_passing_on_again_needs_the_common_superior(world: World, target: str, because: str) -> None:
    """Back to an office that had it, or on to a third: the common superior decides, bindingly, and the ladder shows it."""
    id_ = world.submit()
    world.act(id_, do.Transfer, "so-xd", to_office="ca-tp", reason="thuộc công an")
    world.act(id_, do.Transfer, "ca-tp", to_office=target, reason="không phải chúng tôi")
    view = world.view(id_)

    assert (view.state, view.office, view.decider, view.escalation) == (State.DECISION_REQUIRED, "ca-tp", "vp-ubnd", 2)
    assert [event.because for event in world.events(id_) if event.what == "decision-required"] == [because]


def test_a_superiors_assignment_is_binding(world: World) -> None:
    """After it the office can neither transfer nor answer that it is not its business."""
    id_ = world.submit()
    world.act(id_, do.Transfer, "so-xd", to_office="ca-tp", reason="thuộc công an")
    world.act(id_, do.Transfer, "ca-tp", to_office="so-xd", reason="không phải")
    (assigned,) = world.act(id_, do.Assign, "superior:vp-ubnd", to_office="so-xd", reason="Sở Xây dựng xử lý")
    transfer = world.act(id_, do.Transfer, "so-xd", to_office="ca-tp", reason="vẫn không phải")
    disown = world.act(id_, do.Answer, "so-xd", result="not-ours", text=GOOD_TEXT, cause="không thuộc thẩm quyền")

    assert assigned.binding
    assert (refusal(transfer), refusal(disown)) == ("binding-assignment", "binding-assignment")


def test_not_ours_is_for_the_superior_to_decide(world: World) -> None:
    """Nobody gets rid of a petition by saying so."""
    id_ = world.submit()
    world.act(id_, do.Answer, "so-xd", result="not-ours", text=GOOD_TEXT, cause="thuộc công an thành phố")

    assert (world.view(id_).state, world.view(id_).decider) == (State.DECISION_REQUIRED, "vp-ubnd")
    assert "answered" not in world.whats(id_)


@pytest.mark.parametrize("who", ["superior:so-ct", "superior:so-xd", "superior:ca-tp", "triage", "so-xd", "citizen"])
def test_only_those_above_may_assign_an_offices_case(world: World, who: str) -> None:
    """A superior of other offices, the office itself and the triage are refused."""
    id_ = world.submit()

    assert refusal(world.act(id_, do.Assign, who, to_office="ca-tp", reason="giao lại")) in {
        "not-the-decider",
        "role-not-allowed",
        "not-your-case",
    }


def test_who_is_not_entitled_does_not_learn_the_state(world: World) -> None:
    """A foreign office is told that it is not its case, whatever state the case is in."""
    id_ = world.submit()
    world.act(id_, do.Accept, "so-xd")

    assert refusal(world.act(id_, do.Accept, "ca-tp")) == "not-your-case"
    assert refusal(world.act(id_, do.Accept, "so-xd")) == "wrong-state"


def test_the_superior_may_reassign_a_breached_case_with_force(world: World) -> None:
    """The escalated case stays with its office until then; the deadline that passed stays passed."""
    id_ = world.submit()
    world.pass_until("2026-12-10 09:00")
    before = world.view(id_)
    world.act(id_, do.Assign, "superior:ubnd-tp", to_office="ward-00070", reason="giao phường xử lý")
    after = world.view(id_)

    assert (before.office, after.office) == ("so-xd", "ward-00070")
    assert (after.breached, after.escalation, after.deadline) == (True, 3, before.deadline)


@pytest.mark.parametrize("kind", ["complaint", "denunciation", "spam", "test", "thanks", "abuse"])
def test_other_kinds_are_answered_at_once_in_their_own_way(world: World, kind: str) -> None:
    """Refused with the right address; the citizen may object and triage may overrule, so nothing is thrown away."""
    id_ = world.submit(kind=kind)
    refused = world.events(id_)[-1]
    world.act(id_, do.Reopen, reason="đây là phản ánh thật")

    assert (refused.what, refused.kind, refused.seq) == ("refused", kind, 2)
    assert len(refused.right_address) > 20
    assert world.view(id_).state is State.RECEIVED
    world.act(id_, do.Assign, "triage", to_office="so-xd", reason="đúng là phản ánh")
    assert world.view(id_).office == "so-xd"


def test_an_emergency_goes_on_as_urgent_and_the_citizen_is_told_whom_to_call(world: World) -> None:
    """Recorded, told 113, 114 and 115, and worked on."""
    id_ = world.submit(kind="emergency")
    first = world.events(id_)[0]

    assert (first.what, first.case.level) == ("assigned", "urgent")
    assert "114" in (first.reason or "")


def test_an_office_that_refuses_for_another_reason_must_name_the_right_address(world: World) -> None:
    """`other` alone would be a way to get rid of petitions."""
    id_ = world.submit()

    assert refusal(world.act(id_, do.Reject, "so-xd", kind="other", reason="không nhận")) == "right-address-needed"


def test_triage_may_ask_the_citizen(world: World) -> None:
    """The answer's clock stands, that of the triage runs on; then the case is where it was."""
    id_ = world.submit(triage=True, office="tt-pvhcc")
    world.act(id_, do.RequestInformation, "triage", question="Ở phường nào?")
    paused = [clock.name for clock in world.view(id_).clocks if clock.paused_at]
    world.act(id_, do.AddInformation, text="Phường Hoàn Kiếm")

    assert paused == ["answer"]
    assert world.view(id_).state is State.RECEIVED


def test_reopening_is_limited_and_the_second_time_the_superior_is_told(world: World) -> None:
    """At most twice, each time with new clocks."""
    id_ = world.submit()
    for number in range(2):
        world.act(id_, do.Answer, "so-xd", result="done", text=f"{GOOD_TEXT} {number}", evidence_urls=EVIDENCE)
        world.act(id_, do.Reopen, reason="chưa xong")
    told = [event.to_office for event in world.events(id_) if event.what == "escalated"]
    world.act(id_, do.Answer, "so-xd", result="done", text=f"{GOOD_TEXT} 3", evidence_urls=EVIDENCE)

    assert told == ["vp-ubnd"]
    assert refusal(world.act(id_, do.Reopen, reason="chưa xong")) == "reopen-limit"


def test_extension_is_once_before_the_deadline_and_at_most_half_the_limit(world: World) -> None:
    """Five working days can become seven and a half, once."""
    id_ = world.submit()
    world.act(id_, do.Accept, "so-xd")
    long = world.act(id_, do.Extend, "so-xd", working_hours=20.5, reason="chờ vật tư")
    world.act(id_, do.Extend, "so-xd", working_hours=20, reason="chờ vật tư")
    again = world.act(id_, do.Extend, "so-xd", working_hours=1, reason="chờ nữa")

    assert (refusal(long), refusal(again)) == ("extension-too-long", "already-extended")
    assert local(world.view(id_).deadline) == "2026-12-04 14:30"


def test_a_question_is_limited_in_number_and_time(world: World) -> None:
    """Unanswered, the clock runs again by itself; a third question is refused."""
    id_ = world.submit()
    world.act(id_, do.Accept, "so-xd")
    for _ in range(2):
        world.act(id_, do.RequestInformation, "so-xd", question="Ở đâu?")
        world.pass_until(world.now + 12 * 86_400_000)

    assert [event.because for event in world.events(id_) if event.what == "resumed"] == ["pause-ended"] * 2
    assert refusal(world.act(id_, do.RequestInformation, "so-xd", question="Ở đâu?")) == "questions-used-up"


def test_a_question_after_the_deadline_stops_no_clock(world: World) -> None:
    """Lateness is not cured by asking."""
    id_ = world.submit()
    world.act(id_, do.Accept, "so-xd")
    world.pass_until("2026-12-02 10:00")
    world.act(id_, do.RequestInformation, "so-xd", question="Ở đâu?")

    assert world.view(id_).state is State.INFORMATION_REQUESTED
    assert [clock.paused_at for clock in world.view(id_).clocks] == [None]


def test_where_policy_asks_a_binding_assignment_needs_two_persons() -> None:
    """The first proposes and changes nothing; the same person again, another wish, a machine and another office do not confirm it; a second
    person of the office who asks for the same does."""
    world = World(books=lambda: Book.of(replace(POLICY, four_eyes=True)))
    id_ = world.submit()
    wish = {"to_office": "ca-tp", "reason": "Công an xử lý"}
    (proposed,) = world.act(id_, do.Assign, "superior:vp-ubnd:an", **wish)
    state = world.view(id_)
    again, machine = world.act(id_, do.Assign, "superior:vp-ubnd:an", **wish), world.act(id_, do.Assign, "superior:vp-ubnd", **wish)
    (other_office,) = world.act(id_, do.Assign, "superior:ubnd-tp:binh", **wish)
    (other_wish,) = world.act(id_, do.Assign, "superior:vp-ubnd:binh", to_office="so-yt", reason="Sở Y tế xử lý")
    (first,) = world.act(id_, do.Assign, "superior:vp-ubnd:an", **wish)
    (assigned,) = world.act(id_, do.Assign, "superior:vp-ubnd:binh", **wish)

    assert [event.what for event in (proposed, other_office, other_wish, first)] == ["binding-proposed"] * 4
    assert (state.office, state.state) == ("so-xd", State.ASSIGNED)
    assert (refusal(again), refusal(machine)) == ("second-person", "person-needed")
    assert (assigned.what, assigned.binding, world.view(id_).office) == ("assigned", True, "ca-tp")


def test_so_much_is_added_and_no_more_but_for_answers_and_danger(world: World) -> None:
    """A hundred notes on one petition: fifty are taken. Who is asked may answer, who tells of danger is heard, and an office may note."""
    id_ = world.submit()
    world.act(id_, do.Accept, "so-xd")
    for number in range(NOTES_AT_MOST):
        world.act(id_, do.AddInformation, text=f"Vẫn chưa thấy ai đến, lần {number}")
    beyond = world.act(id_, do.AddInformation, text="Vẫn chưa thấy ai đến")
    danger = world.act(id_, do.AddInformation, text="Một cháu bé vừa bị điện giật ở đó", urgent=True)
    world.act(id_, do.RequestInformation, "so-xd", question="Ở số nhà nào?")
    answer = world.act(id_, do.AddInformation, text="Số nhà 12")
    office = world.act(id_, do.AddInformation, "so-xd", text="Đã hẹn đơn vị thi công")

    assert refusal(beyond) == "notes-used-up"
    assert danger[0].what == answer[0].what == office[0].what == "information-added"
