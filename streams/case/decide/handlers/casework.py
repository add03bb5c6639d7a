"""What people of the offices tell one another on a case. No clock and no state knows of it, and no citizen."""

from __future__ import annotations

from schemas.events.actions import DeclineMerge, Urge, WriteNote
from schemas.platform.instants import to_datetime, to_ms
from streams.case.decide.rules import NotAllowed, Rule
from streams.case.decide.turn import Turn


def note(turn: Turn, action: WriteNote) -> None:
    """Who is mentioned finds it among what waits for him; it obliges nobody."""
    turn.tell("noted", {"text": action.text, "mentions": list(action.mentions)})


def urge(turn: Turn, action: Urge) -> None:
    """The office hears by when its superior wants to know; what is due stays due."""
    if to_ms(action.reply_by) <= turn.asked:
        raise NotAllowed(Rule.REPLY_BY_PAST)
    turn.tell("urged", {"text": action.text, "reply_by": to_datetime(to_ms(action.reply_by))})


def decline_merge(turn: Turn, action: DeclineMerge) -> None:
    """The answer to a proposal: both go their own ways, and are not proposed to each other again."""
    turn.reason = action.reason
    turn.tell("merge-declined", {"into": action.into})
