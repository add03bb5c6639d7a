"""From an action to its event: pure."""

from __future__ import annotations

import unicodedata

from producers.kafka.publisher import Outgoing
from schemas.events.actions import Action
from schemas.events.base import Actor
from schemas.events.catalogue import ACTION_REQUESTED
from schemas.events.envelope import Envelope, derived_id, headers

SOURCE = "producers/actions"
HALF = 16
"""Characters of an id that say who asked for what under which key; the rest says with which words."""


def action_event(action: Action, key: str) -> tuple[Outgoing, str]:
    """The event and its id. The same petition, actor, kind of action, key and content give the same id: a repeat is recognised as one.

    Another content under the same key gives another second half: so it is another action, and a caller's mistake can be seen.
    """
    scope = _scope(action.petition_id, action.actor, action.action, key)
    # Without files it is what it was before there were any: a repeat over an upgrade is the same.
    without = {"requested_at"} if getattr(action, "files", ()) else {"requested_at", "files"}
    said = action.model_dump_json(exclude=without, exclude_none=True)
    content = f"{scope}\0{unicodedata.normalize('NFC', said)}"
    ce_id = _half(scope) + derived_id(content, "content")[:HALF]
    envelope = Envelope(ce_id, SOURCE, ACTION_REQUESTED.type, action.petition_id, action.requested_at)
    value = action.model_dump_json(exclude_none=True).encode()
    return Outgoing(ACTION_REQUESTED.topic.name, ACTION_REQUESTED.type, action.petition_id.encode(), value, headers(envelope)), ce_id


def scope_of(petition_id: str, actor: Actor, action: str, key: str) -> str:
    """With what the id begins of every action that this actor asks for under this key."""
    return _half(_scope(petition_id, actor, action, key))


def _scope(petition_id: str, actor: Actor, action: str, key: str) -> str:
    return f"{petition_id}\0{actor.role}\0{actor.office or ''}\0{action}\0{key}"


def _half(scope: str) -> str:
    return derived_id(scope, "action")[:HALF]
