"""Petitions of the channel for trying out: the whole way, but nobody's business."""

from __future__ import annotations

import pytest

from consumers.queues.routing import offices_of, offices_of_view
from schemas.events import actions as do
from schemas.events.case import Refused
from schemas.events.intake import SANDBOX
from schemas.events.standing import State
from schemas.reference import TRIAGE_OFFICE
from tests.case.world import World, whole


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("changes", [{}, {"level": "urgent"}, {"triage": True}], ids=["ordinary", "urgent", "for triage"])
def test_it_is_registered_and_ended_at_once_without_an_office_or_a_clock(world: World, changes: dict[str, object]) -> None:
    """Whatever it says; the view is marked, and keeps what the classifier made of it."""
    view = world.view(world.submit(channel=SANDBOX, **changes))

    assert (view.sandbox, view.state, view.office, view.clocks, view.category) == (True, State.REFUSED, None, (), "road-damage")
    assert [event.what for event in world.record] == ["received", "refused"]
    refused = world.record[-1]
    assert isinstance(refused, Refused)
    assert "kênh thử nghiệm" in refused.right_address


def test_no_office_hears_of_it(world: World) -> None:
    """Not even the one that sorts what no rule could: neither by its topic nor in its queue."""
    id_ = world.submit(channel=SANDBOX)

    assert [offices_of(event, event.case) for event in map(whole, world.record)] == [[], []]
    assert offices_of_view(world.view(id_).model_dump()) == frozenset()


def test_nobody_can_make_work_of_it(world: World) -> None:
    """Reopened by its petitioner or assigned by triage, a real petition of a refused kind would come to an office."""
    id_ = world.submit(channel=SANDBOX)
    reopened = world.act(id_, do.Reopen, "citizen", reason="xem xét lại giúp tôi")
    assigned = world.act(id_, do.Assign, f"triage:{TRIAGE_OFFICE}", to_office="so-xd", reason="thử xem sao")

    assert [event.rule for event in (*reopened, *assigned)] == ["sandbox", "sandbox"]
    assert world.view(id_).state is State.REFUSED


def test_another_channel_is_not_marked(world: World) -> None:
    """The mark is the channel's, not the text's."""
    view = world.view(world.submit(text="sandbox: ổ gà sâu trước số nhà 12 phố Huế"))

    assert (view.sandbox, view.state) == (False, State.ASSIGNED)
