"""A petition with several matters: one of them becomes a case of its own, the other goes on as it was."""

import pytest
from msgspec.structs import replace

from schemas.events import actions as do
from schemas.events import tracking
from schemas.events.standing import State
from schemas.events.tracking import MOST_PARTS, part_id
from schemas.reference.texts import LANGUAGES, sentence
from streams.case.decide.state import encode
from streams.engine.types import Entry
from tests.case.world import World, local

TEXT = "Ngoài ra, đèn đường trước số 12 phố Huế không sáng."
SPLIT = {"category": "street-lighting", "text": TEXT, "reason": "hai việc khác nhau"}


@pytest.fixture
def world() -> World:
    return World()


def test_a_matter_becomes_a_case_with_its_own_category_office_and_clock(world: World) -> None:
    """Its first event carries its own words, the place and who split it; its time begins now. The original keeps its clock."""
    id_ = world.submit(language="en")
    before = world.view(id_)
    world.pass_until("2026-11-26 10:00")
    standing = world.view(id_)
    (event,) = world.act(id_, do.Split, "superior:vp-ubnd", **SPLIT, to_office="evn-hanoi", location={"address": "12 phố Huế"})
    part = part_id(id_, 2)
    first = world.events(part)[0]

    assert (event.what, event.into, event.part, event.category, event.to_office) == ("split", part, 2, "street-lighting", "evn-hanoi")
    assert (event.case, event.case.deadline) == (standing, before.deadline)
    assert (first.what, first.origin, first.to_office, first.actor.office) == ("assigned", id_, "evn-hanoi", "vp-ubnd")
    assert (first.petition.text, first.petition.location.address, first.case.ward_code) == (TEXT, "12 phố Huế", "00070")
    assert (first.case.category, first.case.state, first.case.language) == ("street-lighting", State.ASSIGNED, "en")
    assert first.classification.reasons == ("hai việc khác nhau",)
    assert (local(first.case.received_at), local(first.case.deadline)) == ("2026-11-26 10:00", "2026-12-03 10:00")


def test_a_part_lives_on_its_own(world: World) -> None:
    """It is accepted and answered for itself; the original hears nothing of it, and ends without it."""
    id_ = world.submit()
    world.act(id_, do.Split, "superior:vp-ubnd", **SPLIT, to_office="evn-hanoi")
    known, part = len(world.events(id_)), part_id(id_, 2)
    world.act(part, do.Accept, "evn-hanoi")
    world.act(id_, do.Withdraw, "citizen")

    assert (world.view(part).state, world.view(id_).state) == (State.ACCEPTED, State.WITHDRAWN)
    assert len(world.events(id_)) == known + 1


@pytest.mark.parametrize(
    ("who", "to_office", "state", "office"),
    [
        ("so-xd", "so-xd", State.ASSIGNED, "so-xd"),
        ("so-xd", "evn-hanoi", State.RECEIVED, None),
        ("so-xd", None, State.RECEIVED, None),
        ("triage", "evn-hanoi", State.ASSIGNED, "evn-hanoi"),
        ("superior:vp-ubnd", None, State.RECEIVED, None),
    ],
)
def test_an_office_hands_nothing_on_by_splitting(world: World, who: str, to_office: str | None, state: State, office: str | None) -> None:
    """What it does not keep itself, triage assigns; triage and superiors assign at once."""
    id_ = world.submit()
    world.act(id_, do.Split, who, **SPLIT, to_office=to_office)
    view = world.view(part_id(id_, 2))

    assert (view.state, view.office) == (state, office)
    assert [clock.name for clock in view.clocks] == ["accept", "answer"]


def test_several_matters_are_numbered_until_the_codes_end(world: World) -> None:
    """The second to the ninth, each of its own id; then a rule says no."""
    id_ = world.submit()
    events = [world.act(id_, do.Split, "triage", **SPLIT)[0] for _ in range(MOST_PARTS + 1)]

    assert [event.part for event in events[:-1]] == list(range(2, MOST_PARTS + 2))
    assert len({event.into for event in events[:-1]}) == MOST_PARTS
    assert (events[-1].what, events[-1].rule) == ("action-refused", "parts-used-up")


def test_a_part_is_not_split_again(world: World) -> None:
    """A code has no second number: further matters are split from the original."""
    id_ = world.submit()
    world.act(id_, do.Split, "triage", **SPLIT)
    (refused,) = world.act(part_id(id_, 2), do.Split, "triage", **SPLIT)

    assert refused.rule == "already-a-part"


@pytest.mark.parametrize(("who", "rule"), [("citizen", "role-not-allowed"), ("ca-tp", "not-your-case"), ("so-ct", "role-not-allowed")])
def test_who_may_not_split(world: World, who: str, rule: str) -> None:
    """Citizens, strangers, co-offices."""
    id_ = world.submit(co_offices=["so-ct"])
    (refused,) = world.act(id_, do.Split, who, **SPLIT)

    assert refused.rule == rule


def test_the_same_request_again_makes_no_second_part(world: World) -> None:
    """By the event's id; and a part that is told of twice is one petition."""
    id_ = world.submit()
    world.act(id_, do.Split, "triage", event_id="same", **SPLIT)
    again = world.act(id_, do.Split, "triage", event_id="same", **SPLIT)
    world.store[id_.encode()] = Entry(encode(replace(world.case(id_), parts=0)), None)
    known = len(world.events(part_id(id_, 2)))
    world.act(id_, do.Split, "triage", **SPLIT)

    assert again == []
    assert len(world.events(part_id(id_, 2))) == known


def test_who_is_forgotten_is_forgotten_in_every_part(world: World) -> None:
    """What was split off is his own words as well; a part alone may be forgotten, too."""
    id_ = world.submit()
    for _ in range(2):
        world.act(id_, do.Split, "triage", **SPLIT)
    world.act(part_id(id_, 3), do.Forget, "citizen")
    world.act(id_, do.Forget, "citizen")

    assert [world.whats(one).count("forgotten") for one in (id_, part_id(id_, 2), part_id(id_, 3))] == [1, 1, 2]


def test_the_citizens_code_leads_to_the_part() -> None:
    """The code with its number; what is typed without dashes, too. The code itself leads to the original."""
    secret, code = b"secret", tracking.new_code()
    original = tracking.petition_id(secret, code)

    assert tracking.petition_id(secret, tracking.parse(f"{code.replace('-', '').lower()}3")) == part_id(original, 3)
    assert tracking.parse(f"{code} 2") == tracking.with_part(code, 2)
    assert tracking.without_part(tracking.with_part(code, 9)) == code
    for wrong in (f"{code}-1", f"{code}-A", f"{code}-22"):
        with pytest.raises(tracking.BadTrackingCode):
            tracking.parse(wrong)


def test_the_citizen_is_told_how_to_follow_it() -> None:
    """In both languages, with the number behind the code."""
    for language in LANGUAGES:
        assert "-2" in sentence("split", language, {"category": "Cây xanh", "part": 2})
