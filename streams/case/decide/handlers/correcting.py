"""The citizen says that category or place is wrong: before an office has accepted it, a person sorts it anew."""

from __future__ import annotations

from schemas.events.actions import Correct
from schemas.events.standing import State
from streams.case.decide.handlers.common import fresh_accept_clock
from streams.case.decide.rules import NotAllowed, Rule
from streams.case.decide.turn import Turn


def correct(turn: Turn, action: Correct) -> None:
    """Once. What an office has accepted, a superior has assigned or others follow stays where it is, and its office reads it. No deadline
    moves; triage has the time of an office to accept."""
    case = turn.case
    if case.corrected:
        raise NotAllowed(Rule.ALREADY_CORRECTED)
    said = {"category": action.category, "ward_code": action.ward_code}
    if case.state is State.ACCEPTED or case.binding or case.followers:
        turn.tell("corrected", {**said, "from_office": None}, corrected=True)
        return
    turn.tell(
        "corrected",
        {**said, "from_office": case.office},
        state=State.RECEIVED,
        office=None,
        co_offices=(),
        ward=action.ward_code or case.ward,
        clocks=fresh_accept_clock(turn) if case.office else case.clocks,
        corrected=True,
    )
