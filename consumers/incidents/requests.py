"""What is asked of the case stage, as it stands in the memory and goes on petitions.actions. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from consumers.incidents.choose import Ask
from schemas.events.actions import Merge, ProposeMerge
from schemas.events.base import SYSTEM
from schemas.events.catalogue import ACTION_REQUESTED
from schemas.events.envelope import Envelope, derived_id, headers
from schemas.events.topics import ACTIONS

SOURCE = "consumers/incidents"
_REASONS = {
    "near": "cùng vị trí",
    "around": "gần nhau",
    "number": "cùng số nhà hoặc ngõ",
    "name": "cùng địa danh",
    "text": "nội dung giống nhau",
}
"""Words for a verdict's `why`, for the office that reads the reason."""


@dataclass(frozen=True, slots=True)
class Request:
    """`value`: the action's JSON. The id follows from the pair: asked again, the case stage knows the repeat."""

    event_id: str
    petition_id: str
    value: dict[str, Any]


def request(ask: Ask, now: datetime) -> Request:
    shared = {"petition_id": ask.follower, "actor": SYSTEM, "requested_at": now, "into": ask.leader, "reason": _reason(ask)}
    action = Merge(**shared) if ask.merges else ProposeMerge(**shared, similarity=round(ask.verdict.similarity, 3))
    event_id = derived_id(f"incident:{ask.follower}:{ask.leader}", action.action)
    return Request(event_id, ask.follower, action.model_dump(mode="json"))


def _reason(ask: Ask) -> str:
    words = ", ".join(_REASONS[part] for part in ask.verdict.why.split("+"))
    return f"Cùng lĩnh vực, cùng phường/xã, {words}; giống nhau {ask.verdict.similarity:.0%}"


def message(event_id: str, petition_id: str, value: dict[str, Any], requested_at: datetime) -> dict[str, Any]:
    """Arguments for `KafkaProducer.send`."""
    envelope = Envelope(event_id, SOURCE, ACTION_REQUESTED.type, petition_id, requested_at)
    return {
        "topic": ACTIONS.name,
        "key": petition_id.encode(),
        "value": orjson.dumps(value),
        "headers": headers(envelope),
    }
