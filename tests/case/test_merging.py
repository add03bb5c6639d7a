"""Several petitions on one matter."""

from copy import copy
from typing import Any

import pytest

from schemas.events import actions as do
from schemas.events.case import PUBLIC
from schemas.events.standing import State
from tests.case.world import EVIDENCE, GOOD_TEXT, Store, World, local, pid


@pytest.fixture
def world() -> World:
    return World()


def merged(world: World) -> tuple[str, str]:
    """A leader and its follower."""
    leader, follower = world.submit(1), world.submit(2)
    world.act(follower, do.Merge, "triage", into=leader, reason="cùng vụ việc")
    return leader, follower


def news(world: World, follower: str) -> list[tuple[str, dict[str, Any]]]:
    """What the follower's petitioner was told of the leader."""
    return [(event.event_type, event.detail) for event in world.events(follower) if event.what == "leader-reported"]


@pytest.mark.parametrize("public", [True, False])
def test_every_petitioner_hears_what_happens_and_reads_what_is_public(world: World, *, public: bool) -> None:
    """Where the leader stands, in order; the words of an answer only if its office marked it as public."""
    leader, follower = merged(world)
    world.act(leader, do.Answer, "so-xd", result="done", text=GOOD_TEXT, evidence_urls=EVIDENCE, public=public)
    world.act(leader, do.Rate, stars=5)
    told = news(world, follower)

    assert [what for what, _ in told] == ["follower-added", "accepted", "answered", "closed"]
    assert [detail.get("text") for _, detail in told] == [None, None, GOOD_TEXT if public else None, None]
    assert (world.view(leader).followers, world.view(follower).leader) == (1, leader)


def test_no_word_of_one_citizen_or_of_an_office_reaches_another(world: World) -> None:
    """Reasons, notes, questions, ratings, answers that are not public: a follower's record has nothing of them, whatever happens."""
    secret = "chị Hoa 0912345678"
    leader, follower = merged(world)
    other = world.submit(3)
    world.act(other, do.Merge, "triage", into=leader, reason=secret)
    world.act(leader, do.Transfer, "so-xd", to_office="ca-tp", reason=secret)
    world.act(leader, do.Accept, "ca-tp")
    world.act(leader, do.RequestInformation, "ca-tp", question=secret)
    world.act(leader, do.AddInformation, text=secret)
    world.act(other, do.AddInformation, text=secret, urgent=True)
    world.act(leader, do.Answer, "ca-tp", result="will-be-done", text=f"{GOOD_TEXT} {secret}", promise_date="2026-12-20")
    world.act(leader, do.Answer, "ca-tp", result="not-done", text=f"{GOOD_TEXT} {secret}", cause=secret)
    world.act(leader, do.Rate, stars=1, comment=secret)
    world.act(leader, do.Reopen, reason=secret)
    world.act(leader, do.Withdraw, reason=secret)
    told = [output.value or b"" for output in world.raw if output.key == follower.encode()]

    assert {"transferred", "promised", "answered", "closed", "reopened", "withdrawn"} <= {what for what, _ in news(world, follower)}
    assert not [value for value in told if secret.encode() in value]
    assert {name for _, detail in news(world, follower) for name in detail} <= set(PUBLIC)


def test_what_a_follower_adds_reaches_the_leaders_office(world: World) -> None:
    """On the leader's record, for its office; neither clock nor state knows of it, and no other petitioner hears it."""
    leader, follower = merged(world)
    other = world.submit(3)
    world.act(other, do.Merge, "triage", into=leader, reason="cùng vụ việc")
    before, told = world.view(leader), len(news(world, other))
    world.act(follower, do.AddInformation, text="Ổ gà sâu thêm", media_urls=EVIDENCE)
    event = world.events(leader)[-1]

    assert (event.what, event.follower, event.text, event.media_urls, event.urgent) == (
        "follower-informed",
        follower,
        "Ổ gà sâu thêm",
        EVIDENCE,
        False,
    )
    assert (world.view(leader), len(news(world, other))) == (before, told)


@pytest.mark.parametrize("how", [{"text": "Ổ gà sâu thêm", "urgent": True}, {"text": "Cháu bé vừa bị điện giật ở đó"}])
@pytest.mark.parametrize("joined", [True, False])
def test_danger_raises_the_level(how: dict[str, Any], *, joined: bool) -> None:
    """By the sender's mark or by the words, on the petition itself or on one that follows it: urgent from now on, with an event."""
    world = World(alarming=lambda text: "điện giật" in text)
    leader, follower = merged(world)
    world.pass_until("2026-11-26 09:00")
    world.act(follower if joined else leader, do.AddInformation, **how)
    (event,) = (event for event in world.events(leader) if event.what == "limit-tightened")

    assert (event.because, event.level_before, event.case.level) == (
        "follower-informed" if joined else "information",
        "ordinary",
        "urgent",
    )
    assert [local(event.deadline_before), local(event.deadline_after)] == ["2026-12-02 09:00", "2026-11-26 14:30"]
    assert local(world.view(leader).deadline) == local(world.view(follower).deadline) == "2026-11-26 14:30"
    world.pass_until("2026-11-26 14:31")
    assert world.view(leader).missed


def test_danger_ends_a_pause_and_changes_no_answered_case(world: World) -> None:
    """Who is in danger does not wait for another's reply; after an answer the petitioner may reopen."""
    leader, follower = merged(world)
    world.act(leader, do.Accept, "so-xd")
    world.act(leader, do.RequestInformation, "so-xd", question="Ở đoạn nào?")
    world.act(follower, do.AddInformation, text="Cột điện sắp đổ", urgent=True)

    assert (world.view(leader).state, world.view(leader).level) == (State.ACCEPTED, "urgent")
    calm, beside = world.submit(3), world.submit(4)
    world.act(beside, do.Merge, "triage", into=calm, reason="cùng vụ việc")
    world.act(calm, do.Answer, "so-xd", result="done", text=GOOD_TEXT, evidence_urls=EVIDENCE)
    world.act(beside, do.AddInformation, text="Cột điện sắp đổ", urgent=True)

    assert (world.whats(calm)[-1], world.view(calm).level) == ("follower-informed", "ordinary")


def test_an_offices_note_raises_nothing(world: World) -> None:
    """The level is for the citizen's words and for triage: an office cannot hurry itself, nor mark its own note."""
    leader, _ = merged(world)
    world.act(leader, do.AddInformation, "so-xd", text="Có nguy hiểm", urgent=True)

    assert world.view(leader).level == "ordinary"


def test_merging_keeps_the_stricter_limit(world: World) -> None:
    """An urgent petition that is joined to an ordinary one by hand: the leader is as urgent, and due when its citizen was promised."""
    follower = world.submit(2, level="urgent")
    world.pass_until("2026-11-25 10:00")
    leader = world.submit(1)
    world.act(follower, do.Merge, "operator", into=leader, reason="cùng vụ việc")

    assert (world.view(leader).level, local(world.view(leader).deadline)) == ("urgent", "2026-11-25 14:30")
    assert (world.view(follower).state, local(world.view(follower).deadline)) == (State.MERGED, "2026-11-25 14:30")
    world.pass_until("2026-11-25 14:31")
    assert [event.clock for event in world.events(leader) if event.what == "breached"] == ["accept", "answer"]


def test_merging_makes_nothing_milder(world: World) -> None:
    """A later deadline or a lower level of the follower leaves the leader as it was; the follower's citizen sees the leader's deadline."""
    leader = world.submit(1, level="urgent")
    follower = world.submit(2)
    before = world.view(leader)
    world.act(follower, do.Merge, "operator", into=leader, reason="cùng vụ việc")

    assert world.view(leader) == before.model_copy(update={"followers": 1})
    assert local(world.view(follower).deadline) == local(before.deadline)


def test_a_missed_deadline_is_not_lost_by_merging(world: World) -> None:
    """Whoever joins a late petition to a fresh one makes that one late."""
    late = world.submit(2)
    world.pass_until("2026-12-03 09:00")
    leader = world.submit(1)
    world.act(late, do.Merge, "operator", into=leader, reason="cùng vụ việc")
    world.pass_until(world.now)

    assert (local(world.view(leader).deadline), world.view(leader).missed) == ("2026-12-02 09:00", True)


def test_a_followers_deadline_is_its_leaders(world: World) -> None:
    """It moves with it, so that no petitioner sees a deadline that is nobody's any more."""
    leader, follower = merged(world)
    world.act(leader, do.Accept, "so-xd")
    world.act(leader, do.Extend, "so-xd", working_hours=8, reason="chờ vật tư")
    assert local(world.view(follower).deadline) == "2026-12-03 09:00"
    world.act(leader, do.RequestInformation, "so-xd", question="Ở đoạn nào?")
    world.pass_until("2026-11-26 09:00")
    world.act(leader, do.AddInformation, text="Trước số 12")

    assert local(world.view(follower).deadline) == local(world.view(leader).deadline) == "2026-12-04 09:00"


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


def test_the_windows_for_reopening_hold_for_a_follower_too(world: World) -> None:
    """Three and a half months after its leader was closed nothing is reopened; it counts from the closing, not from the answer."""
    leader, follower = merged(world)
    world.act(leader, do.Answer, "so-xd", result="done", text=GOOD_TEXT, evidence_urls=EVIDENCE)
    world.pass_until("2026-12-02 09:00")
    assert world.view(leader).state is State.CLOSED
    later, much_later = branch(world), branch(world)
    later.pass_until("2026-12-29 09:00")
    much_later.pass_until("2027-03-15 09:00")
    (refused,) = much_later.act(follower, do.Reopen, reason="chỗ tôi vẫn còn")

    assert [event.what for event in later.act(follower, do.Reopen, reason="chỗ tôi vẫn còn")] == ["unmerged", "reopened"]
    assert (refused.what, refused.rule) == ("action-refused", "reopen-window-passed")
    assert much_later.case(follower).leader == leader


def test_before_an_answer_a_follower_only_goes_its_own_way(world: World) -> None:
    """A breached one that reopens while its leader is unanswered keeps its clock, its breach and its escalation; nothing begins anew."""
    follower = world.submit(2)
    world.pass_until("2026-12-03 09:00")
    before = world.view(follower)
    leader = world.submit(1)
    world.act(follower, do.Merge, "operator", into=leader, reason="cùng vụ việc")
    events = world.act(follower, do.Reopen, reason="chỗ tôi vẫn còn")
    after = world.view(follower)

    assert [(event.what, event.reason) for event in events if event.what != "leader-reported"] == [("unmerged", "chỗ tôi vẫn còn")]
    assert (after.breached, after.missed, after.escalation, after.reopened) == (True, True, before.escalation, 0)
    assert (local(after.deadline), after.state) == ("2026-12-02 09:00", State.ASSIGNED)
    assert world.view(leader).followers == 0


def branch(world: World) -> World:
    """Another world that goes on from here."""
    return World(now=world.now, store=Store(world.store), ids=copy(world.ids))


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
