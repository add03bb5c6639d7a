"""What the operator asks for: a newer policy for a running case, and outages on the record."""

from __future__ import annotations

from schemas.events.actions import Recompute, RecordOutage
from schemas.events.standing import ClockName
from schemas.platform.instants import to_datetime, to_ms
from streams.case.decide import clocks
from streams.case.decide.handlers.common import misses
from streams.case.decide.rules import NotAllowed, Rule
from streams.case.decide.state import Case, CaseClock
from streams.case.decide.turn import Turn
from streams.case.policy.compiled import LevelRules, Policy


def recompute(turn: Turn, action: Recompute) -> None:
    """Put the case under another version. Every limit counts anew from where its clock started; a promised date stays."""
    case, policy = turn.case, turn.setting.book.versions.get(action.policy_version)
    if policy is None:
        raise NotAllowed(Rule.UNKNOWN_POLICY)
    running = tuple(_under(turn, clock, policy) for clock in case.clocks)
    due = {clock.name: clock.due for clock in running}
    answer_due = due.get(ClockName.ANSWER, case.answer_due)
    deadline = due.get(ClockName.PROMISE, answer_due)
    turn.policy = policy
    turn.tell(
        "deadline-recomputed",
        {
            "policy_before": case.policy,
            "policy_after": policy.version,
            "deadline_before": to_datetime(case.deadline) if case.deadline is not None else None,
            "deadline_after": to_datetime(deadline) if deadline is not None else None,
        },
        policy=policy.version,
        clocks=running,
        deadline=deadline,
        answer_due=answer_due,
        **misses(turn, answer_due),
    )


def _under(turn: Turn, clock: CaseClock, policy: Policy) -> CaseClock:
    case, rules = turn.case, policy.levels[turn.case.level]
    if clock.name is ClockName.PROMISE:
        return clocks.restepped(clock, rules, turn.now)
    return clocks.relimited(clock, _limit(clock.name, case, turn.policy), _limit(clock.name, case, policy), rules, turn.now)


def _limit(name: ClockName, case: Case, policy: Policy) -> int:
    rules: LevelRules = policy.levels[case.level]
    limits = policy.limits[case.category, case.level]
    return {ClockName.ACCEPT: limits.accept_ms, ClockName.ANSWER: limits.answer_ms, ClockName.RATING: rules.rating_ms}[name]


def record_outage(turn: Turn, action: RecordOutage) -> None:
    away(turn, to_ms(action.away_from), to_ms(action.away_until))


def away(turn: Turn, first: int, last: int) -> None:
    """The pipeline was away from `first` to `last` while this case waited. What adjoins the outage before is one with it."""
    before = turn.case.outage
    began = before[0] if before is not None and before[0] <= first <= before[1] else first
    turn.tell("outage-recorded", {"away_from": to_datetime(first), "away_until": to_datetime(last)}, outage=(began, last))
