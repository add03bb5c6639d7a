"""Whose an event is: the broker lets one principal alone write on the topic, so its name says it, and the event must agree. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from consumers.kafka.records import Record
from schemas.authority import Duty, Post, roles_at
from schemas.events.actions import Action
from schemas.events.catalogue import ACTION_REQUESTED, SUBMITTED, EventType
from schemas.events.envelope import BadEvent, Envelope, derived_id, headers, read
from schemas.events.intake import PetitionSubmitted
from schemas.events.topics import CHANNEL_PREFIX, OFFICE_PREFIX


class Forged(BadEvent):
    """The event claims another one's name than that of the topic it was written on."""


@dataclass(frozen=True, slots=True)
class Forwarded:
    """An event, ready for the topic that the stages read."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def forwarded(topic: str, record: Record) -> Forwarded:
    """The record's event as that topic's owner's. Raises BadEvent for what is no event of this topic, Forged for a foreign name."""
    if topic.startswith(OFFICE_PREFIX):
        return _action(topic, record)
    return _petition(topic, record)


def _action(topic: str, record: Record) -> Forwarded:
    event = read(record.value, record.headers, [ACTION_REQUESTED])
    action: Action = event.data
    office = topic.removeprefix(OFFICE_PREFIX)
    if action.actor.office != office:
        raise Forged(f"actor.office: what stands on {topic} is {office}'s")
    roles = roles_at([Post(Duty.OFFICE_SYSTEM, office)], office)
    if action.actor.role not in roles:
        raise Forged(f"actor.role: an office's own system may speak as {', '.join(roles)}")
    if action.actor.id is not None:
        raise Forged("actor.id: an office's own system is no person")
    # The writer's own id within its topic: it cannot take one that another's event has, or will have.
    return _event(ACTION_REQUESTED, event.envelope, derived_id(f"{topic}\0{event.envelope.id}", "forwarded"), action)


def _petition(topic: str, record: Record) -> Forwarded:
    event = read(record.value, record.headers, [SUBMITTED])
    petition: PetitionSubmitted = event.data
    channel = topic.removeprefix(CHANNEL_PREFIX)
    if petition.channel != channel:
        raise Forged(f"channel: what stands on {topic} is {channel}'s")
    # As when the petition comes over HTTP: so it is the same event, whichever way and however often it comes.
    return _event(SUBMITTED, event.envelope, derived_id(petition.petition_id, "submitted"), petition)


def _event(entry: EventType, said: Envelope, ce_id: str, data: Any) -> Forwarded:
    envelope = Envelope(ce_id, said.source, entry.type, data.petition_id, said.time)
    value = data.model_dump_json(exclude_none=True).encode()
    return Forwarded(entry.topic.name, data.petition_id.encode(), value, headers(envelope))
