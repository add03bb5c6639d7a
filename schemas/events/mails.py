"""Petitions that came by e-mail: their channel, and the id that a mail gives its petition."""

from __future__ import annotations

import hashlib

from schemas.events.intake import Channel

EMAIL: Channel = "email"
"""The channel of the role `mailroom`."""
_LONGEST = 170
"""Longer ids of mails are hashed; nobody can be answered in their thread then."""


def external_id(message_id: str, sender: str) -> str:
    """Of the petition that this mail is: the mail's id, and a mark of who sent it. So a mail of somebody else, who has read the id in a
    copy, is never taken for the petitioner's. `message_id` with its angle brackets."""
    named = message_id if len(message_id) <= _LONGEST else hashlib.sha256(message_id.encode()).hexdigest()
    return f"{named}#{hashlib.sha256(sender.strip().lower().encode()).hexdigest()[:16]}"


def message_id(external: str) -> str | None:
    """The mail's id; None where it was hashed."""
    named, _, _ = external.rpartition("#")
    return named if named.startswith("<") else None
