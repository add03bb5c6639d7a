"""Which person of the office works on the case. No clock and no state knows of it: the office owes the answer, whoever has the case."""

from __future__ import annotations

from schemas.events.actions import HandOver, Take
from schemas.platform.instants import to_datetime
from streams.case.decide.rules import NotAllowed, Rule
from streams.case.decide.turn import Turn
from streams.case.time.calendar import HOUR_MS

TAKEN_MS = 8 * HOUR_MS
"""Working time for which a case that was taken is kept from colleagues: a day's. Whoever is ill next morning blocks nobody."""


def take(turn: Turn, _action: Take) -> None:
    """Who takes it again has it longer. A colleague's is refused until it has run out, and for good where it was given to him."""
    case, person = turn.case, turn.who.id
    if person is None:
        raise NotAllowed(Rule.TAKER_NEEDED)
    if case.officer not in (None, person) and (case.held_until is None or case.held_until > turn.asked):
        raise NotAllowed(Rule.TAKEN_BY_ANOTHER)
    until = turn.rules.calendar.add(turn.now, TAKEN_MS)
    turn.tell("taken", {"officer": person, "held_until": to_datetime(until)}, officer=person, held_until=until)


def hand_over(turn: Turn, action: HandOver) -> None:
    """Any person of the office may, for himself and for colleagues: the record says who did."""
    turn.tell("handed-over", {"from_officer": turn.case.officer, "officer": action.to}, officer=action.to, held_until=None)
