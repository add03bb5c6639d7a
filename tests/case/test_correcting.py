"""The citizen says that category or place is wrong."""

import pytest
from pydantic import ValidationError

from schemas.events import actions as do
from schemas.events.standing import CaseEvent, State
from tests.case.world import World

RIGHT = {"category": "trees", "ward_code": "00082", "reason": "là cây đổ, không phải ổ gà"}


@pytest.fixture
def world() -> World:
    return World()


def test_what_no_office_has_accepted_goes_to_triage(world: World) -> None:
    """With what would be right and a fresh time to sort it; the place is the citizen's, the deadline stays."""
    id_ = world.submit(co_offices=["so-ct"])
    before = world.view(id_)
    world.pass_until("2026-11-25 14:00")
    (event,) = world.act(id_, do.Correct, "citizen", **RIGHT)
    accept, answer = event.case.clocks

    assert (event.what, event.category, event.ward_code, event.from_office, event.reason) == (
        "corrected",
        "trees",
        "00082",
        "so-xd",
        RIGHT["reason"],
    )
    assert (event.case.state, event.case.office, event.case.co_offices, event.case.ward_code) == (State.RECEIVED, None, (), "00082")
    assert (event.case.category, event.case.deadline, answer) == ("road-damage", before.deadline, before.clocks[1])
    assert accept.started_at == event.at


def test_triage_sorts_it_anew(world: World) -> None:
    """To any office, the same one included."""
    id_ = world.submit()
    world.act(id_, do.Correct, "citizen", **RIGHT)
    (event,) = world.act(id_, do.Assign, "triage", to_office="so-xd", category="trees", reason="đúng là cây xanh")

    assert (event.what, event.case.category, event.case.office) == ("assigned", "trees", "so-xd")


def test_in_triage_it_is_one_more_thing_to_read(world: World) -> None:
    """No clock begins anew."""
    id_ = world.submit(triage=True)
    before = world.view(id_)
    (event,) = world.act(id_, do.Correct, "citizen", **RIGHT)

    assert (event.case.state, event.case.clocks, event.from_office) == (State.RECEIVED, before.clocks, None)


def accepted(world: World, id_: str) -> None:
    world.act(id_, do.Accept, "so-xd")


def assigned_bindingly(world: World, id_: str) -> None:
    world.act(id_, do.Assign, "superior:vp-ubnd", to_office="so-xd", level="complex", reason="giao xử lý")


def followed(world: World, id_: str) -> None:
    world.act(world.submit(2), do.Merge, "superior:vp-ubnd", into=id_, reason="cùng một vụ")


@pytest.mark.parametrize("settle", [accepted, assigned_bindingly, followed])
def test_what_is_settled_stays_with_its_office_which_reads_it(world: World, settle: object) -> None:
    """An office works on it, a superior has decided, or others rely on it."""
    assert callable(settle)
    id_ = world.submit()
    settle(world, id_)
    before = world.view(id_)
    (event,) = [one for one in world.act(id_, do.Correct, "citizen", **RIGHT) if one.what == "corrected"]

    assert (event.category, event.from_office) == ("trees", None)
    assert (event.case.state, event.case.office, event.case.ward_code) == (before.state, "so-xd", "00070")
    assert event.case.clocks == before.clocks


def refused(events: list[CaseEvent]) -> str:
    (event,) = events
    assert event.what == "action-refused"
    return str(event.rule)  # type: ignore[attr-defined]


def test_it_is_said_once(world: World) -> None:
    """Nobody sends his petition round and round."""
    id_ = world.submit()
    world.act(id_, do.Correct, "citizen", category="trees")
    world.act(id_, do.Assign, "triage", to_office="so-xd", reason="đúng rồi")

    assert refused(world.act(id_, do.Correct, "citizen", category="waste")) == "already-corrected"


@pytest.mark.parametrize(("who", "rule"), [("so-xd", "role-not-allowed"), ("ca-tp", "not-your-case"), ("triage", "role-not-allowed")])
def test_only_the_citizen_says_so(world: World, who: str, rule: str) -> None:
    """Offices transfer, triage assigns."""
    assert refused(world.act(world.submit(), do.Correct, who, **RIGHT)) == rule


def test_an_answered_petition_is_not_corrected(world: World) -> None:
    """It is rated or reopened."""
    id_ = world.submit()
    world.act(id_, do.Withdraw, "citizen")

    assert refused(world.act(id_, do.Correct, "citizen", **RIGHT)) == "wrong-state"


def test_a_correction_says_something() -> None:
    """Category, ward or what is wrong."""
    with pytest.raises(ValidationError, match="one is needed"):
        do.Correct.model_validate({"petition_id": "0" * 26, "actor": {"role": "citizen"}, "requested_at": "2026-11-25T02:00:00Z"})
