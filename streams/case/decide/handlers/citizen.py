"""What the citizen decides: rating, reopening, withdrawing. Nothing is closed by silence alone."""

from __future__ import annotations

from typing import Any

from schemas.events.actions import Forget, Rate, Reopen, Withdraw
from schemas.events.standing import State
from schemas.events.tracking import part_id
from schemas.reference import superior
from streams.case.decide.handlers.common import opening_clocks, rung_of
from streams.case.decide.rules import NotAllowed, Rule
from streams.case.decide.turn import Turn

_REOPENED_OFTEN = 2


def rate(turn: Turn, action: Rate) -> None:
    """Closes an answered case; on a merged one it only records what this petitioner thinks."""
    merged = turn.case.state is State.MERGED
    if merged and turn.case.rating is not None:
        raise NotAllowed(Rule.ALREADY_RATED)
    if merged and turn.case.settled is None:  # its leader has no answer yet
        raise NotAllowed(Rule.WRONG_STATE)
    standing = turn.case.clocks if merged else ()
    turn.tell("rated", {"stars": action.stars, "comment": action.comment}, rating=action.stars, clocks=standing)
    if not merged:
        turn.tell("closed", {"because": "rated"}, state=State.CLOSED, settled=turn.now)


def close_unrated(turn: Turn) -> None:
    """The rating window has passed after an answer."""
    turn.tell("closed", {"because": "rating-window-passed"}, state=State.CLOSED, clocks=(), settled=turn.now)


def reopen(turn: Turn, _action: Reopen) -> None:
    """Work begins anew at the same office, with new clocks; a refused case goes to triage. The second time the superior hears."""
    check_reopening(turn)
    case = turn.case
    accept, answer = opening_clocks(turn, turn.now, case.category, case.level)
    turn.tell(
        "reopened",
        {},
        **_afresh(turn),
        clocks=(accept, answer),
        deadline=answer.due,
        answer_due=answer.due,
    )
    if case.office is not None and turn.case.reopened >= _REOPENED_OFTEN:
        above = superior(case.office)
        rung = rung_of(above)
        detail = {"clock": None, "to_office": above, "rung": rung, "because": "reopened-twice"}
        turn.tell("escalated", detail, escalation=rung, escalated_to=above)


def check_reopening(turn: Turn) -> None:
    """Raise NotAllowed when the case was reopened as often as may be, or its end is too long ago."""
    case = turn.case
    if case.reopened >= turn.policy.reopen_at_most:
        raise NotAllowed(Rule.REOPEN_LIMIT)
    if case.settled is not None and turn.asked > turn.rules.calendar.add(case.settled, turn.rules.reopen_window_ms):
        raise NotAllowed(Rule.REOPEN_WINDOW_PASSED)


def _afresh(turn: Turn) -> dict[str, Any]:
    """A new round: its own counters and ladder. Which offices had the case stays known."""
    case = turn.case
    refused = case.state is State.REFUSED
    return {
        "state": State.RECEIVED if refused or case.office is None else State.ASSIGNED,
        "office": None if refused else case.office,
        "reopened": case.reopened + 1,
        "escalation": 0,
        "escalated_to": None,
        "breached": False,
        "missed": (),
        "settled": None,
        "questions": 0,
        "extensions": 0,
        "promises": 0,
    }


def forget(turn: Turn, _action: Forget) -> None:
    """Work goes on as it was; what the petitioner wrote is destroyed because of this event, not here. What was split off is his, too."""
    turn.tell("forgotten", {}, forgotten=True)
    for number in range(2, turn.case.parts + 2):
        turn.send(part_id(turn.case.id, number), "forget")


def withdraw(turn: Turn, _action: Withdraw) -> None:
    """The petitioner's own end of it. Followers have their own petitions and go on without the leader."""
    turn.tell("withdrawn", {}, state=State.WITHDRAWN, clocks=(), pause_end=None, decider=None, settled=turn.now)
    if turn.case.leader is not None:
        turn.send(turn.case.leader, "follower-left", follower=turn.case.id)
