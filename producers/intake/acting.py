"""From an action to its event: pure."""

from __future__ import annotations

from producers.kafka.publisher import Outgoing
from schemas.events.actions import Action
from schemas.events.catalogue import ACTION_REQUESTED
from schemas.events.envelope import Envelope, derived_id, headers

SOURCE = "producers/actions"


def action_event(action: Action, key: str) -> tuple[Outgoing, str]:
    """The event and its id. The same petition, actor, kind of action and key give the same id: a repeat is recognised as one."""
    actor = action.actor
    ce_id = derived_id(f"{action.petition_id}\0{actor.role}\0{actor.office or ''}\0{action.action}\0{key}", "action")
    envelope = Envelope(ce_id, SOURCE, ACTION_REQUESTED.type, action.petition_id, action.requested_at)
    value = action.model_dump_json(exclude_none=True).encode()
    return Outgoing(ACTION_REQUESTED.topic.name, ACTION_REQUESTED.type, action.petition_id.encode(), value, headers(envelope)), ce_id
