"""A case takes over what is stricter, a higher level or an earlier deadline, and never what is milder (decision 17)."""

from __future__ import annotations

from schemas.events.base import Level
from schemas.events.standing import WORK_STATES, ClockName
from schemas.platform.instants import to_datetime
from streams.case.decide import clocks
from streams.case.decide.handlers.common import run_again
from streams.case.decide.state import CaseClock
from streams.case.decide.turn import Turn


def endangered(turn: Turn, because: str) -> None:
    """Danger was told of: from now on the case has the limits of an urgent one. One that is answered stays as it is."""
    limits, rules = turn.policy.limits[turn.case.category, Level.URGENT], turn.policy.levels[Level.URGENT]
    take_over(turn, Level.URGENT, rules.calendar.add(turn.now, limits.answer_ms), because)


def take_over(turn: Turn, level: Level, answer_due: int, because: str) -> None:
    """Take over `level` if it is urgent, and `answer_due` (ms UTC) if the case would be due later. A pause ends: who is in danger
    does not wait for another's reply. Nothing happens where the case is as strict already, or nobody works on it."""
    case = turn.case
    if case.state not in WORK_STATES or not _is_stricter(turn, level, answer_due):
        return
    if case.pause_end is not None:
        run_again(turn, min(turn.now, case.pause_end), "information")
    level_before, deadline_before = case.level, turn.case.deadline
    level = Level.URGENT if level is Level.URGENT else level_before
    running = _tightened(turn, level, answer_due)
    due = next(clock.due for clock in running if clock.name is ClockName.ANSWER)
    deadline = due if deadline_before is None else min(due, deadline_before)
    turn.tell(
        "limit-tightened",
        {
            "because": because,
            "level_before": level_before,
            "deadline_before": to_datetime(deadline_before) if deadline_before is not None else None,
            "deadline_after": to_datetime(deadline),
        },
        level=level,
        clocks=running,
        deadline=deadline,
        answer_due=due,
    )


def _is_stricter(turn: Turn, level: Level, answer_due: int) -> bool:
    answer = turn.case.clock(ClockName.ANSWER)
    assert answer is not None
    raised = level is Level.URGENT and turn.case.level is not Level.URGENT
    return raised or answer_due < clocks.resume(answer, turn.now, turn.rules).due


def _tightened(turn: Turn, level: Level, answer_due: int) -> tuple[CaseClock, ...]:
    """The clocks under that level: to answer by `answer_due`, to accept within the level's time from now; a promised date stays."""
    rules, accept = turn.policy.levels[level], turn.policy.limits[turn.case.category, level].accept_ms
    latest = {ClockName.ANSWER: answer_due, ClockName.ACCEPT: rules.calendar.add(turn.now, accept)}
    return tuple(
        clocks.due_by(clock, latest[clock.name], rules, turn.now) if clock.name in latest else clocks.restepped(clock, rules, turn.now)
        for clock in turn.case.clocks
    )
