"""What a co-office may do: hand something to the owner, and nothing else."""

import pytest

from schemas.events import actions as do
from schemas.events.case import ActionRefused
from tests.case.world import EVIDENCE, GOOD_TEXT, World

TEXT = "Đường ống cấp nước dưới mặt đường đã được kiểm tra, không rò rỉ."


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("triage", [False, True], ids=["with an office", "in triage"])
def test_a_contribution_is_on_the_record_and_moves_nothing(world: World, *, triage: bool) -> None:
    """Who, what it is for, text and evidence; the case stays as it was, clocks and all."""
    id_ = world.submit(co_offices=["so-ct"], triage=triage)
    before = world.view(id_)
    (event,) = world.act(id_, do.Contribute, "so-ct", kind="answer-part", text=TEXT, evidence_urls=EVIDENCE)

    assert (event.what, event.actor.office, event.contribution, event.text, event.evidence_urls) == (
        "contributed",
        "so-ct",
        "answer-part",
        TEXT,
        EVIDENCE,
    )
    assert event.case == before


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (do.Accept, {}),
        (do.Transfer, {"to_office": "ca-tp", "reason": "không phải"}),
        (do.Extend, {"working_hours": 1, "reason": "chờ vật tư"}),
        (do.Answer, {"result": "done", "text": GOOD_TEXT, "evidence_urls": EVIDENCE}),
        (do.Reject, {"kind": "spam", "reason": "không nhận"}),
        (do.RequestInformation, {"question": "Ở đâu?"}),
    ],
)
def test_a_co_office_does_not_act_for_the_owner(world: World, kind: type[do.Action], fields: dict[str, object]) -> None:
    """It is not entitled to, in a state in which the owner is."""
    id_ = world.submit(co_offices=["so-ct"])
    if kind in (do.Extend, do.RequestInformation):
        world.act(id_, do.Accept, "so-xd")
    (refused,) = world.act(id_, kind, "so-ct", **fields)

    assert isinstance(refused, ActionRefused)
    assert refused.rule == "role-not-allowed"


@pytest.mark.parametrize(
    ("who", "rule"), [("so-xd", "role-not-allowed"), ("ca-tp", "not-your-case"), ("superior:vp-ubnd", "role-not-allowed")]
)
def test_only_a_co_office_contributes(world: World, who: str, rule: str) -> None:
    """The owner answers, superiors decide, strangers have no business here."""
    id_ = world.submit(co_offices=["so-ct"])
    (refused,) = world.act(id_, do.Contribute, who, kind="note", text=TEXT)

    assert (refused.what, refused.rule) == ("action-refused", rule)


def test_followers_hear_nothing_of_it(world: World) -> None:
    """It is for the offices of the case: the petitioner of a joined petition is not told."""
    leader, follower = world.submit(1, co_offices=["so-ct"]), world.submit(2)
    world.act(follower, do.Merge, "superior:vp-ubnd", into=leader, reason="cùng một vụ")
    world.act(leader, do.Contribute, "so-ct", kind="note", text=TEXT)

    assert [event.event_type for event in world.events(follower) if event.what == "leader-reported"] == ["follower-added"]
