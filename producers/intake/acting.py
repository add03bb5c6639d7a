"""From an action to its event: pure."""

from __future__ import annotations

import unicodedata

from producers.kafka.publisher import Outgoing
from schemas.events.actions import Action
from schemas.events.catalogue import ACTION_REQUESTED
from schemas.events.envelope import Envelope, derived_id, headers

SOURCE = "producers/actions"
HALF = 16
"""Characters of an id that say who asked for what under which key; the rest says with which words."""


def action_event(action: Action, key: str) -> tuple[Outgoing, str]:
    """The event and its id. The same petition, actor, kind of action, key and content give the same id: a repeat is recognised as one.

    Another content under the same key gives another second half: so it is another action, and a caller's mistake can be seen.
    """
    actor = action.actor
    scope = f"{action.petition_id}\0{actor.role}\0{actor.office or ''}\0{action.action}\0{key}"
    # Without files it is what it was before there were any: a repeat over an upgrade is the same.
    without = {"requested_at"} if getattr(action, "files", ()) else {"requested_at", "files"}
    said = action.model_dump_json(exclude=without, exclude_none=True)
    content = f"{scope}\0{unicodedata.normalize('NFC', said)}"
    ce_id = derived_id(scope, "action")[:HALF] + derived_id(content, "content")[:HALF]
    envelope = Envelope(ce_id, SOURCE, ACTION_REQUESTED.type, action.petition_id, action.requested_at)
    value = action.model_dump_json(exclude_none=True).encode()
    return Outgoing(ACTION_REQUESTED.topic.name, ACTION_REQUESTED.type, action.petition_id.encode(), value, headers(envelope)), ce_id
