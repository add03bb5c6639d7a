"""Which office gets what."""

from __future__ import annotations

import json

from consumers.kafka.records import Record
from consumers.queues.delivery import plan
from consumers.queues.routing import offices_of_view
from schemas.events.case import DecisionRequired, Escalated
from schemas.events.standing import State
from tests.consumers.events import Life, Sent, answered, transferred


def offices(sent: Sent) -> list[str]:
    return [delivery.office for delivery in plan([(0, Record(0, 1, sent.key, sent.value, sent.headers))]).deliveries]


def test_the_owning_office_gets_its_events() -> None:
    """An event of a case goes to the office that owns it, once."""
    assert offices(Life(office="so-xd").begins()) == ["so-xd"]


def test_triage_gets_what_nobody_owns() -> None:
    """A case without office goes to the triage office."""
    assert offices(Life(office=None).begins()) == ["tt-pvhcc"]


def test_the_office_that_a_case_leaves_hears_of_it() -> None:
    """A transfer goes to the new office and to the one before, and later events only to the new one."""
    life = Life(office="so-xd")
    life.begins()

    assert set(offices(transferred(life, "ward-00070"))) == {"so-xd", "ward-00070"}
    assert offices(answered(life)) == ["ward-00070"]


def test_superiors_and_helpers_hear_of_it() -> None:
    """The decider, the superior it was escalated to and the co-owners get the events too."""
    life = Life(office="so-xd")
    life.begins()
    decision = life.happens(
        DecisionRequired,
        view={"state": State.DECISION_REQUIRED, "decider": "vp-ubnd", "co_offices": ("ward-00070",)},
        decider="vp-ubnd",
        proposed_office="so-nnmt",
        because="third-office",
    )
    escalated = life.happens(Escalated, view={"escalated_to": "ubnd-tp"}, to_office="ubnd-tp", rung=3, because="deadline")

    assert set(offices(decision)) == {"so-xd", "ward-00070", "vp-ubnd"}
    assert set(offices(escalated)) == {"so-xd", "ward-00070", "vp-ubnd", "ubnd-tp"}


def test_offices_never_get_the_contact() -> None:
    """The first event's petition goes out without sealed contact and channel's id; everything else and the headers stay."""
    sent = Life().begins()
    (delivery,) = plan([(0, Record(0, 1, sent.key, sent.value, sent.headers))]).deliveries
    petition = json.loads(delivery.value)["petition"]

    assert "contact_sealed" not in petition
    assert "external_id" not in petition
    assert petition["text"] == json.loads(sent.value)["petition"]["text"]
    assert delivery.record.headers == sent.headers
    assert b"c2VhbGVk" not in delivery.value


def test_a_case_that_is_done_is_in_no_queue() -> None:
    """An answered or closed case is in nobody's queue, an open one in its owner's."""
    case = json.loads(Life().begins().value)["case"]

    assert offices_of_view(case) == {"so-xd"}
    assert offices_of_view({**case, "state": "answered"}) == frozenset()


def test_what_is_no_event_is_rejected() -> None:
    """Garbage is rejected, with the place where it stood."""
    made = plan([(3, Record(7, 1, b"k", b"garbage", []))])

    assert [(partition, record.offset) for partition, record, _ in made.rejected] == [(3, 7)]


def test_only_the_responsible_office_gets_words_unmasked() -> None:
    """A phone number in a text goes into the queue of the owner; a co-office gets the same event with the number masked."""
    life = Life(office="so-xd", text="Hố sâu, gọi 0912.345.678")
    life.case = life.case.model_copy(update={"co_offices": ("so-yt",)})
    sent = life.begins()
    made = plan([(0, Record(0, 1, sent.key, sent.value, sent.headers))]).deliveries
    texts = {one.office: json.loads(one.value)["petition"]["text"] for one in made}

    assert texts == {"so-xd": "Hố sâu, gọi 0912.345.678", "so-yt": "Hố sâu, gọi (số điện thoại đã che)"}
