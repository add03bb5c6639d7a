"""What people of the offices tell one another on a case, and replies made of templates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.events import actions as do
from schemas.platform.clock import to_datetime
from tests.case.world import EVIDENCE, GOOD_TEXT, World

NOTE = "Đã gọi tổ trưởng dân phố, chiều nay xuống xem."
TEMPLATE = "Kính gửi ông/bà. {office} đã cử người đến {street} kiểm tra. Kết quả: {what was found}. Trân trọng cảm ơn."


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("who", ["so-xd", "so-ct", "superior:vp-ubnd", "triage:tt-pvhcc"])
def test_a_note_is_on_the_record_and_moves_nothing(world: World, who: str) -> None:
    """Owner, co-office, superior and triage may write one; state, deadline and clocks stay, and nobody else is told."""
    id_ = world.submit(co_offices=["so-ct"])
    before = world.view(id_)
    (event,) = world.act(id_, do.WriteNote, who, text=NOTE, mentions=["p-1"])

    assert (event.what, event.text, event.mentions) == ("noted", NOTE, ("p-1",))
    assert event.case == before


def test_a_note_is_for_the_offices_of_the_case(world: World) -> None:
    """A stranger writes none; petitioners of joined petitions hear of none."""
    leader, follower = world.submit(1), world.submit(2)
    world.act(follower, do.Merge, "superior:vp-ubnd", into=leader, reason="cùng một vụ")
    (refused,) = world.act(leader, do.WriteNote, "so-yt", text=NOTE)
    world.act(leader, do.WriteNote, "so-xd", text=NOTE)

    assert (refused.what, refused.rule) == ("action-refused", "not-your-case")
    assert [event.event_type for event in world.events(follower) if event.what == "leader-reported"] == ["follower-added"]


def test_a_superior_urges_and_the_deadline_stays(world: World) -> None:
    """By when it wants to hear lies in the future; the owner does not urge itself."""
    id_ = world.submit()
    before, soon = world.view(id_), to_datetime(world.now) + timedelta(hours=4)
    (event,) = world.act(id_, do.Urge, "superior:vp-ubnd", text="Báo cáo trước 16 giờ.", reply_by=soon)
    (late,) = world.act(id_, do.Urge, "superior:vp-ubnd", text="Báo cáo trước 16 giờ.", reply_by=to_datetime(world.now))
    (own,) = world.act(id_, do.Urge, "so-xd", text="Báo cáo trước 16 giờ.", reply_by=soon)

    assert (event.what, event.reply_by, event.case) == ("urged", soon, before)
    assert [late.rule, own.rule] == ["reply-by-past", "role-not-allowed"]


def test_a_proposal_is_declined_by_who_may_merge(world: World) -> None:
    """The record says who looked and why; both cases go on as they were."""
    first, second = world.submit(1), world.submit(2)
    world.act(second, do.ProposeMerge, "superior:vp-ubnd", into=first, similarity=0.8, reason="có thể trùng")
    before = world.view(second)
    (event,) = world.act(second, do.DeclineMerge, "triage:tt-pvhcc", into=first, reason="hai cột đèn khác nhau")
    (refused,) = world.act(second, do.DeclineMerge, "so-xd", into=first, reason="không")

    assert (event.what, event.into, event.reason, event.case) == ("merge-declined", first, "hai cột đèn khác nhau", before)
    assert refused.rule == "role-not-allowed"


def reply(world: World, id_: str, text: str, *templates: str) -> str:
    event = world.act(id_, do.Answer, "so-xd", result="done", text=text, evidence_urls=EVIDENCE, templates=templates)[-1]
    return str(getattr(event, "rule", event.what))


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (TEMPLATE, "answer-blank-left"),
        ("Kính gửi ông/bà. Sở Xây dựng đã cử người đến số 12 phố Hàng Bè, phường Hoàn Kiếm kiểm tra. Kết quả: xong.", "answer-boilerplate"),
        ("KÍNH GỬI ÔNG BÀ! Sở Xây dựng đã cử người đến ngõ 5 phố Huế kiểm tra! Kết quả: . Trân trọng cảm ơn!", "answer-boilerplate"),
        (
            "Kính gửi ông/bà. Sở Xây dựng đã cử người đến phố Huế kiểm tra. Kết quả: bóng đèn cháy, đã thay bóng mới lúc 19 giờ.",
            "answered",
        ),
        (GOOD_TEXT, "answered"),
    ],
)
def test_a_template_alone_is_no_answer(world: World, text: str, outcome: str) -> None:
    """What the template and the case say does not count, whatever street or office stands in it; what was written into a blank does."""
    assert reply(world, world.submit(), text, TEMPLATE) == outcome


def test_without_its_template_the_same_text_is_judged_by_the_policy_alone(world: World) -> None:
    """So the refusal above comes of the template, not of the text's length."""
    assert reply(world, world.submit(), "Sở Xây dựng đã cử người đến số 12 phố Hàng Bè, phường Hoàn Kiếm kiểm tra.") == "answered"


@pytest.mark.parametrize("fields", [{"templates": ["a"] * 6}, {"templates": ["x" * 4001]}, {"templates": [""]}])
def test_templates_in_an_answer_are_bounded(fields: dict[str, Any]) -> None:
    """So that judging one costs no more than reading it."""
    given = {"petition_id": "0" * 26, "actor": {"role": "office", "office": "so-xd"}, "requested_at": "2026-01-01T00:00:00Z"}
    with pytest.raises(ValueError, match="templates"):
        do.Answer.model_validate({**given, "result": "done", "text": GOOD_TEXT, **fields})
