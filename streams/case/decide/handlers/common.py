"""Steps that several actions share."""

from __future__ import annotations

from typing import Any

from schemas.events.base import Level
from schemas.events.standing import ClockName, State
from schemas.reference import CITY_CHAIRMAN, CITY_OFFICE
from streams.case.decide import clocks
from streams.case.decide.state import CaseClock
from streams.case.decide.turn import Turn

WORK_CLOCKS = (ClockName.ACCEPT, ClockName.ANSWER, ClockName.PROMISE)


def fresh_accept_clock(turn: Turn) -> tuple[CaseClock, ...]:
    """The case's clocks with a new one to accept (to sort, to decide); the others, the answer's above all, as they are."""
    accept = clocks.start(ClockName.ACCEPT, turn.now, turn.limits.accept_ms, turn.rules)
    return clocks.with_clock(turn.case.clocks, accept)


def opening_clocks(turn: Turn, at: int, category: str, level: Level) -> tuple[CaseClock, CaseClock]:
    """New clocks to accept and to answer, in this order."""
    limits, rules = turn.policy.limits[category, level], turn.policy.levels[level]
    return (
        clocks.start(ClockName.ACCEPT, at, limits.accept_ms, rules),
        clocks.start(ClockName.ANSWER, at, limits.answer_ms, rules),
    )


def misses(turn: Turn, answer_due: int | None) -> dict[str, Any]:
    """What remains of deadlines that passed, when the answer's is now `answer_due` (ms UTC): under one that lies ahead none did."""
    passed = answer_due is not None and answer_due <= turn.now
    return {"breached": turn.case.breached and passed, "missed": turn.case.missed if passed else ()}


def owned_by(had: tuple[str, ...], office: str) -> tuple[str, ...]:
    """The offices that had the case, in order of their first time."""
    return had if office in had else (*had, office)


def rung_of(office: str) -> int:
    """How high an office stands on the ladder: 3 the chairman, 2 the city office, 1 any other superior."""
    return {CITY_CHAIRMAN: 3, CITY_OFFICE: 2}.get(office, 1)


def run_again(turn: Turn, at: int, because: str) -> None:
    """End the pause at `at`: the instant of the answer, or that at which the pause ran out, however late this is noticed."""
    running = resumed(turn, at)
    answer = next(clock for clock in running if clock.name is ClockName.ANSWER)
    turn.tell(
        "resumed",
        {"because": because},
        state=State.ACCEPTED if turn.case.office else State.RECEIVED,
        clocks=running,
        pause_end=None,
        deadline=answer.due,
        answer_due=answer.due,
    )


def resumed(turn: Turn, at: int) -> tuple[CaseClock, ...]:
    """All clocks running again."""
    return tuple(clocks.resume(clock, at, turn.rules) for clock in turn.case.clocks)
