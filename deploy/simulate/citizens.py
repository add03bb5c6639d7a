"""What a citizen does about an own petition: rate, reopen, add what was asked, withdraw, or nothing. Pure."""

from __future__ import annotations

from random import Random
from typing import Any

from deploy.simulate import wording, worktime
from deploy.simulate.agenda import Plan
from deploy.simulate.tempers import Temper
from schemas.events.base import Actor, Role
from schemas.events.standing import WORK_STATES, State
from schemas.events.wire import WholeEvent

_HOUR_MS = 3_600_000
_CITIZEN = Actor(role=Role.CITIZEN)
_ANSWERED = frozenset({State.ANSWERED.value})
_CLOSED = frozenset({State.CLOSED.value})

RATES, ADDS, ANSWERS_QUESTION, WITHDRAWS = 0.45, 0.03, 0.75, 0.012
REOPENS_INSTEAD, REOPENS_AFTER, REOPENS_REFUSED = 0.35, 0.12, 0.08


def react(event: WholeEvent, temper: Temper | None, rng: Random) -> list[Plan]:
    """`temper`: of the office that has the case, which shows in what its answers are worth."""
    if event.seq == 1:
        return _at_first(event, rng)
    match event.what:
        case "answered":
            return _answered(event, temper.stars if temper else 3.0, rng)
        case "information-requested" if rng.random() < ANSWERS_QUESTION:
            fields = {"action": "add-information", "text": wording.information(rng)}
            return [_plan(event, _hours(rng, 10), fields, frozenset({State.INFORMATION_REQUESTED.value}))]
        case "closed" if (event.case.rating or 5) <= 2 and rng.random() < REOPENS_AFTER:
            return [_reopen(event, rng, _CLOSED)]
        case "refused" if rng.random() < REOPENS_REFUSED:
            return [_reopen(event, rng, frozenset({State.REFUSED.value}))]
        case _:
            return []


def _at_first(event: WholeEvent, rng: Random) -> list[Plan]:
    draw = rng.random()
    if draw < WITHDRAWS:
        return [_plan(event, _hours(rng, 40), {"action": "withdraw", "reason": "Việc đã tự giải quyết xong"}, WORK_STATES)]
    if draw < WITHDRAWS + ADDS:
        fields = {"action": "add-information", "text": wording.information(rng)}
        return [_plan(event, _hours(rng, 12), fields, WORK_STATES)]
    return []


def _answered(event: WholeEvent, worth: float, rng: Random) -> list[Plan]:
    """Some rate; of those who are not content some send it back instead."""
    if rng.random() >= RATES:
        return []
    opinion = worth + rng.gauss(0, 0.9) - (0 if event.in_time else 0.7) - (0 if event.result == "done" else 0.8)
    stars = min(5, max(1, round(opinion)))
    if stars <= 2 and rng.random() < REOPENS_INSTEAD:
        return [_reopen(event, rng, _ANSWERED)]
    fields: dict[str, Any] = {"action": "rate", "stars": stars, "comment": wording.opinion(stars, rng)}
    return [_plan(event, _hours(rng, 14), fields, _ANSWERED)]


def _reopen(event: WholeEvent, rng: Random, states: frozenset[str]) -> Plan:
    return _plan(event, _hours(rng, 20), {"action": "reopen", "reason": wording.complaint(rng)}, states)


def _plan(event: WholeEvent, hours: float, fields: dict[str, Any], states: frozenset[str]) -> Plan:
    at = worktime.awake(event.at_ms + int(hours * _HOUR_MS))
    return Plan(at, event.petition_id, _CITIZEN, fields, states, event.case.reopened)


def _hours(rng: Random, median: float) -> float:
    """Hours by the wall clock, not working hours."""
    return median * rng.lognormvariate(0, 0.8)
