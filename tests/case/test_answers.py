"""Answers with substance, promises, ratings."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.events import actions as do
from schemas.events.files import FileKind, FileRef
from schemas.events.standing import State
from schemas.platform.clock import to_datetime
from tests.case.world import EVIDENCE, GOOD_TEXT, World, hanoi, local

SOON = to_datetime(hanoi("2026-12-20 10:00"))


@pytest.fixture
def world() -> World:
    return World()


def reply(world: World, id_: str, **fields: Any) -> str:
    """What comes of an answer: `answered`, `promised`, or the rule by which it was sent back."""
    base = {"result": "done", "text": GOOD_TEXT, "evidence_urls": EVIDENCE}
    event = world.act(id_, do.Answer, world.view(id_).office or "", **{**base, **fields})[-1]
    return getattr(event, "rule", event.what)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"text": "  ...  "}, "answer-empty"),
        ({"text": "Xong rồi nhé"}, "answer-too-short"),
        ({"text": "Cảm ơn ông/bà đã phản ánh. Đã tiếp nhận, sẽ xử lý theo quy định. Trân trọng!"}, "answer-boilerplate"),
        ({"text": "ĐÃ XỬ LÝ XONG"}, "answer-boilerplate"),
        ({"evidence_urls": ()}, "evidence-missing"),
        ({"result": "will-be-done"}, "promise-date-missing"),
        ({"result": "will-be-done", "promise_date": to_datetime(hanoi("2026-11-25 08:59"))}, "promise-date-past"),
        ({"result": "will-be-done", "promise_date": to_datetime(hanoi("2027-11-25 10:00"))}, "promise-too-far"),
        ({"result": "not-done"}, "cause-missing"),
        ({"result": "not-ours", "cause": "."}, "cause-missing"),
    ],
)
def test_an_answer_without_substance_goes_back_and_stops_no_clock(world: World, fields: dict[str, Any], rule: str) -> None:
    """The citizen does not see it; state, deadline and clocks stay as they were."""
    id_ = world.submit()
    world.act(id_, do.Accept, "so-xd")
    before = world.view(id_)

    assert reply(world, id_, **fields) == rule
    assert world.view(id_) == before


def test_evidence_is_needed_only_for_field_feedback_reported_as_done(world: World) -> None:
    """An administrative question can be answered in words."""
    id_ = world.submit(category="admin-procedure", office="tt-pvhcc")

    assert reply(world, id_, evidence_urls=()) == "answered"


def test_an_uploaded_picture_is_evidence(world: World) -> None:
    """As good as a link to one, and the event says which."""
    id_ = world.submit()
    picture = FileRef(id="0a" * 16, kind=FileKind.IMAGE, size=120_000, sha256="0b" * 32)
    answer = {"result": "done", "text": GOOD_TEXT, "evidence_urls": (), "files": (picture,)}
    event = world.act(id_, do.Answer, "so-xd", **answer)[-1]

    assert event.what == "answered"
    assert event.files == (picture,)


def test_the_same_text_for_many_petitions_goes_back(world: World) -> None:
    """Case, spaces and punctuation do not make it another text; another office's count is its own."""
    ids = [world.submit(number) for number in range(1, 6)]
    texts = [GOOD_TEXT, GOOD_TEXT.upper(), f" {GOOD_TEXT.replace(' ', '  ')}!!", GOOD_TEXT]
    other = world.submit(9, office="ca-tp")

    assert [reply(world, id_, text=text) for id_, text in zip(ids, texts, strict=False)] == ["answered"] * 3 + ["answer-copied"]
    assert reply(world, other) == "answered"


def test_the_same_text_is_noticed_across_partitions(world: World) -> None:
    """What was answered in one partition counts in the others; a notice that comes twice counts once."""
    elsewhere = World()
    for number in range(1, 4):
        reply(world, world.submit(number))
    notices = [payload for _, kind, payload in world.journal if kind == "decide" and payload.key == b"answers:so-xd"]
    for notice in (*notices, *notices):
        elsewhere.handle(notice)

    assert len(notices) == 3
    assert reply(elsewhere, elsewhere.submit(4)) == "answer-copied"
    assert elsewhere.rejected == []


def test_old_copies_are_forgotten(world: World) -> None:
    """What was answered long ago in the same words does not count."""
    for number in range(1, 4):
        reply(world, world.submit(number))
    world.pass_until("2027-03-01 09:00")

    assert reply(world, world.submit(4)) == "answered"


def test_a_promise_is_a_second_deadline_and_not_an_answer(world: World) -> None:
    """The citizen is told the date; the first deadline stands, is breached, and the case is not answered."""
    id_ = world.submit()
    assert reply(world, id_, result="will-be-done", promise_date=SOON) == "promised"
    assert (world.view(id_).state, local(world.view(id_).deadline)) == (State.PROMISED, "2026-12-20 10:00")
    world.pass_until("2026-12-03 08:00")

    assert [event.clock for event in world.events(id_) if event.what == "breached"] == ["answer"]
    assert reply(world, id_) == "answered"
    assert (world.events(id_)[-1].in_time, world.view(id_).deadline) == (False, to_datetime(hanoi("2026-12-02 09:00")))


def test_a_broken_promise_climbs_its_own_ladder(world: World) -> None:
    """Warnings, breach and escalation hold for a promised date too."""
    id_ = world.submit()
    reply(world, id_, result="will-be-done", promise_date=to_datetime(hanoi("2026-11-27 10:00")))
    world.pass_until("2026-12-04 09:00")
    causes = [event.cause for event in world.events(id_) if event.cause.startswith("timer:promise")]

    assert causes == [f"timer:promise:{step}" for step in (1, 2, 3, 4, 5)][: len(causes)]
    assert len(causes) >= 4


@pytest.mark.parametrize(
    ("given", "due"),
    [
        ("2026-12-01", "2026-12-01 17:30"),
        ("2026-12-01T00:00:00Z", "2026-12-01 17:30"),  # the date as most programs send it
        ("2026-12-01T00:00:00+07:00", "2026-12-01 17:30"),
        ("2026-11-30T17:00:00Z", "2026-12-01 17:30"),  # midnight in Hanoi
        ("2026-11-25", "2026-11-25 17:30"),  # today, which is not over
        ("2026-12-05", "2026-12-05 23:59"),  # a Saturday: no office hours, and still the whole day
        ("2026-12-01T08:00:00Z", "2026-12-01 15:00"),  # an instant is an instant
    ],
)
def test_a_promised_day_is_whole(world: World, given: str, due: str) -> None:
    """A date without a time is kept if the work is done on that day in Hanoi, by the end of its office hours."""
    id_ = world.submit()
    reply(world, id_, result="will-be-done", promise_date=given)

    assert local(world.view(id_).deadline) == due


def test_a_promised_day_that_is_over_is_past(world: World) -> None:
    """Yesterday cannot be promised, nor today once its office hours are over."""
    world.now = hanoi("2026-11-25 17:30")
    id_ = world.submit()

    assert reply(world, id_, result="will-be-done", promise_date="2026-11-25") == "promise-date-past"


def test_promises_are_limited(world: World) -> None:
    """After three of them only a result counts."""
    id_ = world.submit()
    results = [reply(world, id_, result="will-be-done", promise_date=SOON + timedelta(days=number)) for number in range(4)]

    assert results == ["promised"] * 3 + ["promises-used-up"]


def test_whoever_answers_has_accepted(world: World) -> None:
    """The time to accept is on the record also when an office answers at once."""
    id_ = world.submit()
    reply(world, id_)

    assert world.whats(id_) == ["assigned", "accepted", "answered"]


def test_a_rating_closes(world: World) -> None:
    """Answer, rating, closed; a second rating is refused."""
    id_ = world.submit()
    reply(world, id_)
    world.act(id_, do.Rate, stars=4)
    world.act(id_, do.Rate, stars=5)

    assert world.whats(id_)[-3:] == ["rated", "closed", "action-refused"]
    assert (world.view(id_).state, world.view(id_).rating) == (State.CLOSED, 4)


def test_without_a_rating_the_window_closes_after_a_reminder_and_blames_nobody(world: World) -> None:
    """Five working days after the answer."""
    id_ = world.submit()
    reply(world, id_)
    world.pass_until("2026-12-02 09:00")

    assert [(event.what, event.cause) for event in world.events(id_)[-2:]] == [("warned", "timer:rating:1"), ("closed", "timer:rating:2")]
    assert not world.view(id_).breached
