"""Who of the office works on a case: on the record, and without any effect on what the citizen is owed."""

import pytest

from schemas.events import actions as do
from schemas.events.base import Actor, Role
from schemas.events.standing import WORK_STATES
from streams.case.decide.handlers.desk import TAKEN_MS
from tests.case.world import World

AN, BINH = (Actor(role=Role.OFFICE, office="so-xd", id=f"p-{name}") for name in ("an", "binh"))


@pytest.fixture
def world() -> World:
    return World()


def test_who_takes_a_case_is_in_the_view_and_moves_no_clock(world: World) -> None:
    """State, deadline and clocks stay; taking it again only makes it longer his."""
    id_ = world.submit()
    before = world.view(id_)
    (taken,) = world.act(id_, do.Take, "so-xd", actor=AN)
    after = taken.case

    assert (taken.what, taken.actor.id, after.officer, after.held_until) == ("taken", "p-an", "p-an", taken.held_until)
    assert after.model_copy(update={"officer": None, "held_until": None}) == before
    assert world.act(id_, do.Take, "so-xd", actor=AN)[0].what == "taken"


def test_what_a_colleague_took_is_his_until_it_runs_out(world: World) -> None:
    """Nobody does anything for that: it is a question of when the next one asks."""
    id_ = world.submit()
    until = world.act(id_, do.Take, "so-xd", actor=AN)[0].held_until
    (refused,) = world.act(id_, do.Take, "so-xd", actor=BINH)
    world.pass_until(round(until.timestamp() * 1000))
    (taken,) = [event for event in world.act(id_, do.Take, "so-xd", actor=BINH) if event.what == "taken"]

    assert (refused.what, refused.rule) == ("action-refused", "taken-by-another")
    assert taken.case.officer == "p-binh"
    assert TAKEN_MS == 8 * 3_600_000


def test_what_was_handed_over_stays_until_it_is_handed_on(world: World) -> None:
    """To a person, then back to all of them; a reason stands with it."""
    id_ = world.submit()
    world.act(id_, do.Take, "so-xd", actor=AN)
    (given,) = world.act(id_, do.HandOver, "so-xd", actor=AN, to="p-binh", reason="nghỉ phép")
    world.pass_until(world.now + 5 * TAKEN_MS)
    (refused,) = world.act(id_, do.Take, "so-xd", actor=AN)
    (back,) = world.act(id_, do.HandOver, "so-xd", actor=BINH)

    assert (given.from_officer, given.officer, given.case.held_until, given.reason) == ("p-an", "p-binh", None, "nghỉ phép")
    assert refused.rule == "taken-by-another"
    assert (back.officer, back.case.officer) == (None, None)


def test_in_another_office_nobody_has_it(world: World) -> None:
    """The transfer takes it out of his hands."""
    id_ = world.submit()
    world.act(id_, do.Take, "so-xd", actor=AN)
    moved = world.act(id_, do.Transfer, "so-xd", actor=AN, to_office="so-ct", reason="việc của ngành điện")

    assert [event.case.officer for event in moved] == ["p-an", None]
    assert world.view(id_).held_until is None


def test_only_a_person_of_the_office_takes_a_case(world: World) -> None:
    """Not its program, not a stranger, not the superior."""
    id_ = world.submit()
    refused = [world.act(id_, do.Take, who)[0].rule for who in ("so-xd", "so-ct", "superior:vp-ubnd")]

    assert refused == ["taker-needed", "not-your-case", "role-not-allowed"]


@pytest.mark.parametrize("kind", [do.Accept, do.Take, do.HandOver])
def test_who_has_not_seen_the_newest_event_is_refused(world: World, kind: type[do.Action]) -> None:
    """Whatever he asks for; nothing of it happens, and with the newest seen it does."""
    id_ = world.submit()
    seen = world.case(id_).seq
    world.act(id_, do.AddInformation, text="Thêm: trước cửa hàng")
    (stale,) = world.act(id_, kind, "so-xd", actor=AN, seen=seen)
    done = world.act(id_, kind, "so-xd", actor=AN, seen=world.case(id_).seq)

    assert (stale.what, stale.rule) == ("action-refused", "case-changed")
    assert done[0].what in ("accepted", "taken", "handed-over")
    assert world.view(id_).state in WORK_STATES
