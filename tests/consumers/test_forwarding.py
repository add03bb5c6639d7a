"""Whose an event is, by the topic that it stood on."""

from __future__ import annotations

import pytest

from consumers.forwarding.claims import Forged, forwarded
from consumers.kafka.records import Record
from producers.intake.acting import action_event
from schemas.events.actions import ACTION
from schemas.events.base import Actor, Role
from schemas.events.catalogue import ACTION_REQUESTED, SUBMITTED
from schemas.events.envelope import BadEvent, Envelope, derived_id, headers, read
from schemas.events.intake import PetitionSubmitted
from schemas.reference.city import TRIAGE_OFFICE

PETITION = "0123456789abcdef0123456789"
NOW = "2026-01-05T01:00:00Z"


def asked(actor: Actor, key: str = "once") -> Record:
    """An office's acceptance as its own system writes it."""
    action = ACTION.validate_python({"action": "accept", "petition_id": PETITION, "actor": actor, "requested_at": NOW})
    event, _ = action_event(action, key)
    return Record(0, 0, event.key, event.value, event.headers)


def submitted(channel: str) -> Record:
    """A petition as a channel's own system writes it."""
    data = PetitionSubmitted(petition_id=PETITION, channel=channel, text="Đèn đường hỏng", submitted_at=NOW)
    envelope = Envelope("own-id", "own-system", SUBMITTED.type, PETITION)
    return Record(0, 0, PETITION.encode(), data.model_dump_json(exclude_none=True).encode(), headers(envelope))


def test_an_office_acts_as_itself() -> None:
    """The same event under an id of its topic's own; asked again it has the same id, another key another one."""
    actor = Actor(role=Role.OFFICE, office="so-xd")
    first, again, other = (forwarded("actions.so-xd", asked(actor, key)) for key in ("once", "once", "twice"))
    event = read(first.value, first.headers, [ACTION_REQUESTED])

    assert (first.topic, first.key, event.data.actor) == (ACTION_REQUESTED.topic.name, PETITION.encode(), actor)
    assert first == again
    assert first.headers != other.headers


def test_an_id_that_an_office_chooses_is_never_anothers() -> None:
    """Written on another office's topic the same id becomes another one, and neither is the id as it was written."""
    ours, theirs = asked(Actor(role=Role.OFFICE, office="so-xd")), asked(Actor(role=Role.OFFICE, office="so-yt"))
    ids = {dict(forwarded(f"actions.{office}", one).headers)["ce_id"] for office, one in (("so-xd", ours), ("so-yt", theirs))}

    assert len(ids) == 2
    assert not ids & {ours.header("ce_id"), theirs.header("ce_id")}


@pytest.mark.parametrize(
    "actor",
    [
        Actor(role=Role.CITIZEN),
        Actor(role=Role.SYSTEM),
        Actor(role=Role.OPERATOR, office="so-xd"),
        Actor(role=Role.TRIAGE, office="so-xd"),
        Actor(role=Role.OFFICE, office="so-yt"),
        Actor(role=Role.SUPERIOR, office="vp-ubnd"),
    ],
    ids=str,
)
def test_what_an_office_says_in_anothers_name_is_forged(actor: Actor) -> None:
    """Neither another's name nor a role that an office's system cannot take; the reason does not repeat what was said."""
    with pytest.raises(Forged, match=r"^actor\.(office|role): ") as refused:
        forwarded("actions.so-xd", asked(actor))

    assert "vp-ubnd" not in str(refused.value)


def test_the_office_that_sorts_may_sort_over_kafka_too() -> None:
    """As at its desk."""
    assert forwarded(f"actions.{TRIAGE_OFFICE}", asked(Actor(role=Role.TRIAGE, office=TRIAGE_OFFICE)))


def test_a_channel_hands_in_as_itself() -> None:
    """Under the id that the petition has over HTTP, too: handed in both ways it is one event."""
    event = forwarded("intake.ihanoi", submitted("ihanoi"))

    assert (event.topic, dict(event.headers)["ce_id"]) == (SUBMITTED.topic.name, derived_id(PETITION, "submitted").encode())
    with pytest.raises(Forged, match=r"^channel: "):
        forwarded("intake.ihanoi", submitted("web"))


def test_what_is_no_event_of_the_topic_is_refused_with_the_rule() -> None:
    """An action among petitions, and noise."""
    with pytest.raises(BadEvent, match="ce_type"):
        forwarded("intake.ihanoi", asked(Actor(role=Role.CITIZEN)))
    with pytest.raises(BadEvent):
        forwarded("actions.so-xd", Record(0, 0, b"k", b"\xff", []))
