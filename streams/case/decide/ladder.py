"""What happens when time passes: each clock climbs its ladder step by step, and a pause runs out.

A new kind of step is a new entry of `STEPS` (and of the policy's `do`); a new kind of clock a new `ClockName` with its ladder.
"""

from __future__ import annotations

from collections.abc import Callable

from schemas.events.lateness import LATE_CLOCKS
from schemas.events.standing import ClockName, State
from schemas.platform.instants import to_datetime
from schemas.reference import TRIAGE_OFFICE
from streams.case.decide import clocks
from streams.case.decide.handlers.citizen import close_unrated
from streams.case.decide.handlers.common import run_again
from streams.case.decide.handlers.upkeep import away
from streams.case.decide.state import Case, CaseClock, next_due
from streams.case.decide.turn import SYSTEM, Turn
from streams.case.policy.compiled import LadderStep

Climb = Callable[[Turn, CaseClock, LadderStep], None]


def catch_up(turn: Turn, until: int) -> None:
    """Fire all that was due by `until` (ms UTC), in order of its due instants; first say so on the record if the pipeline was away."""
    due = next_due(turn.case)
    if due is None or due > until:
        return
    action = turn.who, turn.cause, turn.reason, turn.asked_at
    turn.who, turn.reason, turn.asked_at = SYSTEM, None, None
    while due is not None and due <= until:
        _record_absence(turn, due)
        _fire_one(turn, due)
        due = next_due(turn.case)
    turn.who, turn.cause, turn.reason, turn.asked_at = action


def _record_absence(turn: Turn, due: int) -> None:
    """Once for each absence in which a step of this case was due."""
    absence = turn.setting.away
    if _within(due, absence) and not _within(due, turn.case.outage):
        assert absence is not None
        turn.cause = "timer:outage"
        away(turn, *absence)


def _within(instant: int, span: tuple[int, int] | None) -> bool:
    """At its two ends the pipeline was there."""
    return span is not None and span[0] < instant < span[1]


def _fire_one(turn: Turn, due: int) -> None:
    case = turn.case
    if case.pause_end == due:
        turn.cause = "timer:pause:1"
        _end_pause(turn, due)
        return
    clock = next(clock for clock in case.clocks if clock.next_at == due)
    rung = turn.rules.rung(clock.name, clock.step)
    assert rung is not None
    turn.cause = f"timer:{clock.name.value}:{clock.step + 1}"
    STEPS[rung.do](turn, clocks.climbed(clock, turn.rules), rung)


def _end_pause(turn: Turn, due: int) -> None:
    run_again(turn, due, "pause-ended")


def _warn(turn: Turn, clock: CaseClock, rung: LadderStep) -> None:
    turn.tell("warned", {"clock": clock.name, "percent": rung.percent}, clocks=clocks.with_clock(turn.case.clocks, clock))


def _remind(turn: Turn, clock: CaseClock, rung: LadderStep) -> None:
    """The top is reached and the case still open: it is called to mind again and again, with how much of the limit has passed."""
    percent = 100 + 100 * rung.after_ms // clock.limit
    turn.tell("warned", {"clock": clock.name, "percent": percent}, clocks=clocks.with_clock(turn.case.clocks, clock))


def _breach(turn: Turn, clock: CaseClock, _rung: LadderStep) -> None:
    """The head of the office is told; for a case that waits in triage, the head of the triage office."""
    case = turn.case
    first = case.escalation < 1
    turn.tell(
        "breached",
        {"clock": clock.name, "deadline": to_datetime(clock.due), "excused": _within(clock.due, case.outage)},
        clocks=clocks.with_clock(case.clocks, clock),
        breached=True,
        missed=_missed(case, clock.name),
        escalation=1 if first else case.escalation,
        escalated_to=_responsible(turn) if first else case.escalated_to,
    )


def _missed(case: Case, name: ClockName) -> tuple[ClockName, ...]:
    return (*case.missed, name) if name in LATE_CLOCKS and name not in case.missed else case.missed


def _responsible(turn: Turn) -> str:
    case = turn.case
    waiting = case.decider if case.state is State.DECISION_REQUIRED else case.office
    return waiting or TRIAGE_OFFICE


def _escalate(turn: Turn, clock: CaseClock, rung: LadderStep) -> None:
    case = turn.case
    higher = rung.rung > case.escalation
    turn.tell(
        "escalated",
        {"clock": clock.name, "to_office": rung.to, "rung": rung.rung, "because": "deadline"},
        clocks=clocks.with_clock(case.clocks, clock),
        escalation=rung.rung if higher else case.escalation,
        escalated_to=rung.to if higher else case.escalated_to,
    )


def _close(turn: Turn, _clock: CaseClock, _rung: LadderStep) -> None:
    close_unrated(turn)


TIMED_MOVES = (
    ("pause over", State.INFORMATION_REQUESTED, State.ACCEPTED),
    ("pause over", State.INFORMATION_REQUESTED, State.RECEIVED),
    ("rating window over", State.ANSWERED, State.CLOSED),
)
"""How time alone changes a case's state; a test compares this with what happens."""
STEPS: dict[str, Climb] = {"warn": _warn, "breach": _breach, "escalate": _escalate, "close": _close, "remind": _remind}
