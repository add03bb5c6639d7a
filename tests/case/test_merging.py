"""Several petitions on one matter."""

import pytest

from schemas.events import actions as do
from schemas.events.case import State
from tests.case.world import EVIDENCE, GOOD_TEXT, World, pid


@pytest.fixture
def world() -> World:
    return World()


def merged(world: World) -> tuple[str, str]:
    """A leader and its follower."""
    leader, follower = world.submit(1), world.submit(2)
    world.act(follower, do.Merge, "triage", into=leader, reason="cùng vụ việc")
    return leader, follower


def test_every_petitioner_gets_every_reply(world: World) -> None:
    """What happens to the leader is reported on the follower, in order, with its text."""
    leader, follower = merged(world)
    world.act(leader, do.Answer, "so-xd", result="done", text=GOOD_TEXT, evidence_urls=EVIDENCE)
    world.act(leader, do.Rate, stars=5)
    news = [(event.event_type, event.detail.get("text")) for event in world.events(follower) if event.what == "leader-reported"]

    assert news == [("accepted", None), ("answered", GOOD_TEXT), ("closed", None)]
    assert (world.view(leader).followers, world.view(follower).leader) == (1, leader)


@pytest.mark.parametrize("change", [{"category": "waste"}, {"ward": "00004"}])
def test_no_merge_across_categories_or_wards(world: World, change: dict[str, str]) -> None:
    """The leader declines, and the follower goes its own way as if nothing had been."""
    leader, follower = world.submit(1), world.submit(2, **change)
    before = world.view(follower)
    world.act(follower, do.Merge, "triage", into=leader, reason="cùng vụ việc")

    assert world.whats(follower)[-2:] == ["merged", "unmerged"]
    assert world.view(follower) == before
    assert world.view(leader).followers == 0


def test_a_merge_into_nothing_comes_back(world: World) -> None:
    """A leader that does not exist cannot swallow a petition."""
    follower = world.submit(2)
    world.act(follower, do.Merge, "triage", into=pid(77), reason="cùng vụ việc")

    assert world.view(follower).state is State.ASSIGNED
    assert world.rejected == []


def test_a_leader_that_is_answered_takes_no_more_followers(world: World) -> None:
    """A late petitioner would wait for a reply that was given before."""
    leader, follower = world.submit(1), world.submit(2)
    world.act(leader, do.Answer, "so-xd", result="done", text=GOOD_TEXT, evidence_urls=EVIDENCE)
    world.act(follower, do.Merge, "triage", into=leader, reason="cùng vụ việc")

    assert world.view(follower).state is State.ASSIGNED


@pytest.mark.parametrize("end", [(do.Withdraw, "citizen", {}), (do.Reject, "so-xd", {"kind": "outside-hanoi", "reason": "ngoài Hà Nội"})])
def test_followers_go_on_when_their_leader_ends_without_an_answer(world: World, end: tuple[type, str, dict[str, str]]) -> None:
    """Nothing is closed by somebody else's withdrawal."""
    leader, follower = merged(world)
    kind, who, fields = end
    world.act(leader, kind, who, **fields)

    assert world.view(follower).state is State.ASSIGNED
    assert world.next_due() is not None


def test_a_follower_that_is_not_content_goes_its_own_way(world: World) -> None:
    """Reopening on a follower separates it and gives it clocks of its own."""
    leader, follower = merged(world)
    world.act(leader, do.Answer, "so-xd", result="done", text=GOOD_TEXT, evidence_urls=EVIDENCE)
    world.act(follower, do.Reopen, reason="chỗ tôi vẫn còn")

    assert world.whats(follower)[-2:] == ["unmerged", "reopened"]
    assert (world.view(follower).reopened, world.view(leader).followers) == (1, 0)


def test_a_followers_rating_counts_without_closing_its_leader(world: World) -> None:
    """Before the leader's answer there is nothing to rate; after it each petitioner may."""
    leader, follower = merged(world)
    early = world.act(follower, do.Rate, stars=1)
    world.act(leader, do.Answer, "so-xd", result="done", text=GOOD_TEXT, evidence_urls=EVIDENCE)
    world.act(follower, do.Rate, stars=2)

    assert early[-1].rule == "wrong-state"
    assert (world.view(follower).rating, world.view(leader).state) == (2, State.ANSWERED)


def test_a_leader_cannot_follow(world: World) -> None:
    """Groups do not nest; nor does a petition follow itself."""
    leader, _ = merged(world)
    third = world.submit(3)

    assert world.act(leader, do.Merge, "triage", into=third, reason="gộp")[-1].rule == "has-followers"
    assert world.act(third, do.Merge, "triage", into=third, reason="gộp")[-1].rule == "merge-with-itself"
