"""What citizens see."""

from __future__ import annotations

import json
from functools import partial

import pytest

from consumers.kafka.records import Record
from consumers.timeline import TimelineEntry, from_record
from consumers.views import citizen as citizen_view
from schemas.events.base import Actor, Role
from schemas.events.case import (
    CASE_EVENTS,
    ActionRefused,
    AnswerReturned,
    Assigned,
    Breached,
    Extended,
    InformationAdded,
    LeaderReported,
    Merged,
    Received,
    Warned,
)
from schemas.events.standing import State
from schemas.reference import texts
from tests.consumers.events import CITIZEN, Life, answered, office, transferred


def entries(life: Life) -> list[TimelineEntry]:
    return [from_record(Record(0, 1, sent.key, sent.value, sent.headers)) for sent in life.sent]


def items(life: Life, lang: texts.Language = "vi") -> list[dict]:
    return citizen_view.items(entries(life), lang)


def test_a_petition_that_was_assigned_at_once_was_received_first() -> None:
    """A first `assigned` is shown as two lines, received and assigned, in Vietnamese."""
    life = Life()
    life.begins()
    received, assigned = items(life)

    assert [received["type"], assigned["type"]] == ["received", "assigned"]
    assert received["title"] == "Đã tiếp nhận"
    assert assigned["details"]["to_office"] == {"code": "so-xd", "name": "Sở Xây dựng (gồm giao thông vận tải)"}
    assert "10:00 08/12/2025" in assigned["message"]


@pytest.mark.parametrize("code", ["ca-tp", None], ids=["assigned at once", "in triage"])
def test_in_an_emergency_the_first_line_says_whom_to_call(code: str | None) -> None:
    """In the reader's language, before everything else; an ordinary petition's first line does not speak of it."""
    emergency, ordinary = Life(office=code), Life(office=code)
    first = {"petition": emergency.submitted(), "classification": emergency.classification(), "reason": "gọi ngay 114"}
    emergency.happens(Assigned if code else Received, **first, **({"to_office": code} if code else {}))
    ordinary.begins()

    assert items(emergency)[0]["message"].startswith("Trường hợp khẩn cấp, ông/bà gọi ngay 113")
    assert items(emergency, "en")[0]["message"].startswith("In an emergency call 113")
    assert "114" not in items(ordinary)[0]["message"]


def test_english_is_switchable() -> None:
    """Titles, names and sentences come in English when asked for."""
    life = Life()
    life.begins()

    assert items(life, "en")[1]["details"]["to_office"]["name"] == "Department of Construction and Transport"


def test_transfers_are_shown_with_both_offices_and_the_reason() -> None:
    """The citizen sees who passed it on, to whom and why."""
    life = Life()
    life.begins()
    transferred(life, "ward-00070", "vỉa hè thuộc phường quản lý")
    details = items(life)[-1]["details"]

    assert (details["from_office"]["code"], details["to_office"]["code"]) == ("so-xd", "ward-00070")
    assert details["reason"] == "vỉa hè thuộc phường quản lý"


def test_warnings_and_returned_answers_are_not_shown() -> None:
    """Warnings are for offices, and an answer that was sent back is never shown."""
    life = Life()
    life.begins()
    life.happens(Warned, clock="answer", percent=50)
    life.happens(AnswerReturned, actor=office("so-xd"), rule="too-short", text="Đã xử lý.")
    life.happens(Breached, view={"breached": True}, clock="answer", deadline=life.start)

    assert [item["type"] for item in items(life)] == ["received", "assigned", "breached"]


@pytest.mark.parametrize(("lang", "said"), [("vi", "Đường do phường quản lý"), ("en", "the ward's street")])
def test_the_citizen_reads_by_which_rule_the_office_has_it(lang: texts.Language, said: str) -> None:
    """In his language."""
    life = Life()
    life.happens(Assigned, to_office="so-xd", owner_rule={"vi": "Đường do phường quản lý", "en": "the ward's street"})

    assert items(life, lang)[-1]["details"]["owner_rule"] == said


def test_a_refused_action_is_shown_to_the_citizen_who_asked() -> None:
    """The citizen sees why his own request was refused, not an office's."""
    life = Life()
    life.begins()
    life.happens(ActionRefused, actor=office("so-xd"), action="extend", rule="extended-before")
    life.happens(ActionRefused, actor=CITIZEN, action="rate", rule="not-answered")

    assert [item["details"]["action"] for item in items(life) if item["type"] == "action-refused"] == ["rate"]


def test_a_merged_petition_does_not_tell_the_other_ones_id() -> None:
    """Merging and the leader's news are shown without the other petition's id, and only what is public, also of an older record."""
    life, other = Life(), "f" * 26
    life.begins()
    life.happens(Merged, view={"state": State.MERGED, "leader": other}, into=other)
    life.happens(LeaderReported, leader=other, event_type="transferred", detail={"reason": "bí mật", "state": "assigned"})
    life.happens(LeaderReported, leader=other, event_type="answered", detail={"text": "Đã sửa xong", "result": "done"})
    life.happens(LeaderReported, leader=other, event_type="answer-returned", detail={"text": "bí mật", "rule": "x"})
    life.happens(LeaderReported, leader=other, event_type="follower-added", detail={"state": "assigned"})
    shown = json.dumps(items(life), ensure_ascii=False)

    assert other not in shown
    assert "bí mật" not in shown
    assert "Đã sửa xong" in shown
    assert [line["message"] for line in items(life)[-2:]] == [
        "Vụ việc chung có tin mới: Chuyển cơ quan xử lý",
        "Vụ việc chung có tin mới: Đã trả lời: Đã sửa xong",
    ]


def test_no_one_who_acted_is_named() -> None:
    """The person within an office is not shown."""
    life = Life()
    life.begins()
    life.happens(
        Extended,
        actor=Actor(role=Role.OFFICE, office="so-xd", id="person-7"),
        reason="chờ vật tư",
        deadline_before=life.start,
        deadline_after=life.start,
    )

    assert "person-7" not in json.dumps(items(life))


def test_an_answer_is_shown_with_its_evidence() -> None:
    """Text, result and evidence of an answer are shown."""
    life = Life()
    life.begins()
    answered(life)
    line = items(life)[-1]

    assert line["details"]["result"] == "done"
    assert line["details"]["evidence_urls"] == ["https://example.org/1.jpg"]
    assert "Đã thay nắp cống mới" in line["message"]


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_every_event_type_is_either_shown_or_left_out_on_purpose(lang: texts.Language) -> None:
    """Each event type of the catalogue is decided on, and those shown have a title and a sentence without braces."""
    left_out = {
        "follower-informed",
        "answer-returned",
        "contributed",
        "follower-added",
        "follower-removed",
        "merge-proposed",
        "merge-declined",
        "binding-proposed",
        "noted",
        "taken",
        "handed-over",
        "urged",
        "warned",
        "outage-recorded",
    }

    assert {model.what for model in CASE_EVENTS} - set(citizen_view.VISIBLE) == left_out
    for what in citizen_view.VISIBLE:
        assert texts.title(what, lang) != what


def test_the_answer_has_what_the_interface_promises() -> None:
    """The petition's JSON has the promised fields, and neither contact nor text of another."""
    life = Life()
    life.begins()
    found = citizen_view.petition("CODE", life.petition_id, entries(life)[-1].case, entries(life), "vi")

    assert {
        "petition_id", "tracking_code", "state", "category", "category_name", "urgent", "office", "deadline", "received_at",
        "escalation", "rating", "timeline",
    } <= set(found)  # fmt: skip
    assert found["urgent"] is False
    assert found["office"]["code"] == "so-xd"


def test_a_long_timeline_has_its_older_lines_without_words_until_they_are_asked_for() -> None:
    """Every line is there, what happened and when; the newest fifty are whole, or the last fifty before a number."""
    life = Life()
    life.begins()
    for number in range(120):
        life.happens(InformationAdded, text=f"lời {number}")
    shown = partial(citizen_view.petition, "CODE", life.petition_id, entries(life)[-1].case, entries(life), "vi")
    newest, before = shown()["timeline"], shown(before=60)["timeline"]

    assert len(newest) == len(before) == 122
    assert [line["id"] for line in newest if not line["short"]] == [line["id"] for line in newest[-50:]]
    assert [line["seq"] for line in before if not line["short"]] == list(range(10, 60))
    assert {(line["message"], str(line["details"])) for line in newest if line["short"]} == {("", "{}")}
    assert newest[-1]["details"]["text"] == "lời 119"
    assert all(line["type"] and line["title"] and line["time"] for line in newest)
