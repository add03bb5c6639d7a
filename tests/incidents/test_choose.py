"""Which petition joins which."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.incidents.choose import Ask, Known, choose
from consumers.incidents.compare import Rules, Side, Sure
from consumers.incidents.fingerprint import fingerprint
from schemas.events.standing import WORK_STATES, State

MARKS = fingerprint("Nắp cống trước số 45 phố Lò Đúc bị vỡ", None, None, "00070")
RULES = Rules()


def known(name: str, received: int = 0, **more: Any) -> Known:
    return Known(name, Side("drainage", "00070", received, MARKS), "assigned", "ordinary", deadline=received + 1000, **more)


def chosen(new: Known, *others: Known, rules: Rules = RULES) -> tuple[str, str, bool] | None:
    ask = choose(new, others, {other.petition_id: other for other in others}, rules)
    return (ask.follower, ask.leader, ask.merges) if ask else None


def test_the_later_joins_the_earlier() -> None:
    """Of two single petitions the one received first leads, in whichever order they are seen."""
    first, second = known("a", 0), known("b", 10)

    assert chosen(second, first) == ("b", "a", True)
    assert chosen(first, second) == ("b", "a", True)


def test_the_urgent_one_leads() -> None:
    """Of two single petitions the urgent one leads, whenever it came: the other petitioner only wins by its nearer deadline."""
    ordinary, urgent = replace(known("a"), deadline=9000), replace(known("b", 10), level="urgent", deadline=500)

    assert chosen(urgent, ordinary) == ("a", "b", True)
    assert chosen(ordinary, urgent) == ("a", "b", True)


def test_a_third_goes_to_the_leader_of_the_one_it_is_like() -> None:
    """Who follows is never followed: like a follower, it joins that one's leader."""
    leader, follower, third = known("a", 5, followers=1), known("b", 10, leader="a"), known("c", 20)

    assert chosen(third, follower, leader) == ("c", "a", True)


def test_who_leads_goes_on_leading() -> None:
    """An earlier petition that is seen late joins the existing incident; a leader joins nobody."""
    leader = known("b", 10, followers=2)
    early = replace(known("a", 0), deadline=5000)

    assert chosen(early, leader) == ("a", "b", True)
    assert chosen(known("c", 20, followers=1), leader) is None


@pytest.mark.parametrize("state", [state for state in State if state not in WORK_STATES])
def test_nothing_joins_what_is_over(state: State) -> None:
    """An answered, closed, refused, withdrawn or merged petition neither leads nor follows."""
    over = replace(known("a"), state=state.value)

    assert chosen(known("b", 10), over) is None
    assert chosen(replace(over, petition_id="c"), known("b", 10)) is None


def test_whom_somebody_has_separated_are_not_joined_again() -> None:
    """A pair that a person took apart, or that would not have each other, stays apart."""
    assert chosen(known("b", 10, apart=frozenset({"a"})), known("a")) is None
    assert chosen(known("b", 10), known("a", apart=frozenset({"b"}))) is None


@pytest.mark.parametrize(
    ("follower", "leader"),
    [
        ({"level": "urgent"}, {"followers": 1}),
        ({"deadline": 500}, {}),
        ({}, {"deadline": None}),
        ({}, {"sorted": False}),
        ({"sorted": False}, {}),
        ({}, {"followers": 200}),
    ],
)
def test_a_merge_that_could_harm_somebody_is_only_proposed(follower: dict[str, Any], leader: dict[str, Any]) -> None:
    """An urgent petition under an ordinary one, a leader with a later deadline, one that triage may still move: a person decides."""
    assert chosen(replace(known("b", 10), **follower), replace(known("a"), **leader)) == ("b", "a", False)


def test_the_system_can_be_told_to_propose_only() -> None:
    """With `may_merge` off nothing is joined by itself."""
    assert chosen(known("b", 10), known("a"), rules=Rules(may_merge=False)) == ("b", "a", False)


@given(st.permutations(range(6)), st.integers(1, 6))
def test_incidents_are_stars(order: list[int], together: int) -> None:
    """In whatever order petitions on one matter are seen, all end up under one leader that follows nobody."""
    everybody: dict[str, Known] = {}
    for number in order[:together]:
        new = replace(known(str(number), number), deadline=1000)
        everybody[new.petition_id] = new
        others = [other for other in everybody.values() if other is not new]
        ask = choose(new, others, everybody, RULES)
        if ask:
            _carry_out(everybody, ask)
    leaders = [one for one in everybody.values() if one.leader is None]

    assert len(leaders) == 1
    assert leaders[0].followers == together - 1
    assert {one.leader for one in everybody.values()} <= {None, leaders[0].petition_id}


def _carry_out(everybody: dict[str, Known], ask: Ask) -> None:
    assert ask.verdict.sure is Sure.MERGE
    follower, leader = everybody[ask.follower], everybody[ask.leader]
    everybody[ask.follower] = replace(follower, leader=ask.leader)
    everybody[ask.leader] = replace(leader, followers=leader.followers + 1)
