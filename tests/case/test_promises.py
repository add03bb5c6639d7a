"""What citizens are told about their case, where no other test says so by the way."""

from __future__ import annotations

import pytest

from schemas.events import actions as do
from schemas.events.standing import State
from tests.case.world import EVIDENCE, GOOD_TEXT, World


@pytest.fixture
def world() -> World:
    return World()


def test_a_withdrawn_petition_is_nobodys_work(world: World) -> None:
    """No clock runs, nobody is reminded or blamed, and an office's answer is refused."""
    id_ = world.submit()
    world.act(id_, do.Withdraw, reason="đã tự giải quyết")
    world.pass_until("2027-03-01 09:00")
    refused = world.act(id_, do.Answer, "so-xd", result="done", text=GOOD_TEXT, evidence_urls=EVIDENCE)

    assert (world.view(id_).state, world.view(id_).clocks) == (State.WITHDRAWN, ())
    assert world.whats(id_) == ["assigned", "withdrawn", "action-refused"]
    assert [event.what for event in refused] == ["action-refused"]


def test_waiting_for_a_decision_moves_no_deadline(world: World) -> None:
    """Passed around or not: who decides has until the same day as who should have answered."""
    id_ = world.submit()
    before = world.view(id_).deadline
    world.act(id_, do.Transfer, "so-xd", to_office="ca-tp", reason="thuộc công an")
    world.act(id_, do.Transfer, "ca-tp", to_office="so-xd", reason="không phải chúng tôi")

    assert world.view(id_).state is State.DECISION_REQUIRED
    assert world.view(id_).deadline == before


def test_an_escalated_case_is_still_its_offices_to_answer(world: World) -> None:
    """Up to the chairman; the office has it, its clock has run out, and its answer is what ends it."""
    id_ = world.submit()
    world.pass_until("2026-12-10 09:00")
    escalated = world.view(id_)
    world.act(id_, do.Answer, "so-xd", result="done", text=GOOD_TEXT, evidence_urls=EVIDENCE)

    assert (escalated.office, escalated.escalation, escalated.breached) == ("so-xd", 3, True)
    assert world.view(id_).state is State.ANSWERED


def test_forgetting_takes_words_and_leaves_what_was_done(world: World) -> None:
    """It is on the record that it was asked for; state, office, deadlines and every event before stay."""
    id_ = world.submit()
    world.act(id_, do.Accept, "so-xd")
    before, done = world.view(id_), world.whats(id_)
    world.act(id_, do.Forget)

    assert world.whats(id_) == [*done, "forgotten"]
    assert (world.view(id_).state, world.view(id_).office, world.view(id_).deadline) == (before.state, before.office, before.deadline)
