"""Who must act: accept, transfer, assign, refuse. A transfer never touches the answer's deadline, nor goes round in circles."""

from __future__ import annotations

from schemas.events.actions import Accept, Assign, RefusalKind, Reject, Transfer
from schemas.events.base import Level, Role
from schemas.events.standing import ClockName, State
from schemas.reference import common_superior
from schemas.reference.texts import right_address
from streams.case.decide import clocks
from streams.case.decide.handlers.common import fresh_accept_clock, misses, opening_clocks, owned_by, rung_of
from streams.case.decide.rules import NotAllowed, Rule
from streams.case.decide.state import CaseClock
from streams.case.decide.turn import Turn


def accept(turn: Turn, _action: Accept) -> None:
    accept_now(turn)


def accept_now(turn: Turn) -> None:
    """The office has taken the case up; its accept clock ends."""
    turn.tell("accepted", {}, state=State.ACCEPTED, clocks=clocks.without(turn.case.clocks, ClockName.ACCEPT))


def transfer(turn: Turn, action: Transfer) -> None:
    """The first hand-over takes effect at once; back to an office that had it, or on to a third, the common superior decides."""
    case, office = turn.case, turn.case.office
    assert office is not None
    if action.to_office == office:
        raise NotAllowed(Rule.SAME_OFFICE)
    if case.binding:
        raise NotAllowed(Rule.BINDING_ASSIGNMENT)
    turn.tell("transferred", {"from_office": office, "to_office": action.to_office}, transfers=case.transfers + 1)
    came_back = action.to_office in case.had
    if came_back or case.transfers >= turn.policy.transfers_at_most:
        because = "came-back" if came_back else "third-office"
        require_decision(turn, common_superior(office, action.to_office), action.to_office, because)
        return
    turn.tell(
        "assigned",
        {"from_office": office, "to_office": action.to_office, "binding": False},
        state=State.ASSIGNED,
        office=action.to_office,
        had=owned_by(case.had, action.to_office),
        clocks=fresh_accept_clock(turn),
    )


def require_decision(turn: Turn, decider: str, proposed: str, because: str) -> None:
    """The superior must decide; the accept clock is now his, and the case climbs to his rung if it was not there."""
    turn.tell(
        "decision-required",
        {"decider": decider, "proposed_office": proposed, "because": because},
        state=State.DECISION_REQUIRED,
        decider=decider,
        clocks=fresh_accept_clock(turn),
    )
    rung = rung_of(decider)
    if rung > turn.case.escalation:
        detail = {"clock": None, "to_office": decider, "rung": rung, "because": "passed-around"}
        turn.tell("escalated", detail, escalation=rung, escalated_to=decider)


def assign(turn: Turn, action: Assign) -> None:
    """By triage, or bindingly by a superior; either may correct category and level, which moves the answer's deadline."""
    case = turn.case
    category, level = action.category or case.category, action.level or case.level
    changed = (category, level) != (case.category, case.level)
    if action.to_office == case.office and not changed and case.state is not State.DECISION_REQUIRED:
        raise NotAllowed(Rule.SAME_OFFICE)
    if turn.policy.four_eyes and turn.who.role is Role.SUPERIOR and not _seconded(turn, action.to_office, category, level):
        return
    running = _reassigned_clocks(turn, category, level) if case.clocks else opening_clocks(turn, turn.now, category, level)
    answer = running[-1]
    turn.tell(
        "assigned",
        {
            "from_office": case.office,
            "to_office": action.to_office,
            "binding": turn.who.role in (Role.SUPERIOR, Role.OPERATOR),
        },
        state=State.ASSIGNED,
        category=category,
        level=level,
        office=action.to_office,
        had=owned_by(case.had, action.to_office),
        binding=turn.who.role in (Role.SUPERIOR, Role.OPERATOR),
        decider=None,
        proposal=None,
        pause_end=None,
        settled=None,
        clocks=running,
        deadline=answer.due,
        answer_due=answer.due,
        **misses(turn, answer.due),
    )


def _seconded(turn: Turn, to_office: str, category: str, level: Level) -> bool:
    """Whether another person of the same office has asked for the same before; if not, this is the first of the two.

    Who decides with binding force must be a person here: a machine cannot be two.
    """
    person, office, wanted = turn.who.id, turn.who.office, (to_office, category, level.value)
    if person is None or office is None:
        raise NotAllowed(Rule.PERSON_NEEDED)
    before = turn.case.proposal
    if before is None or before[1:] != (office, *wanted):
        turn.tell("binding-proposed", {"to_office": to_office, "category": category, "level": level}, proposal=(person, office, *wanted))
        return False
    if before[0] == person:
        raise NotAllowed(Rule.SECOND_PERSON)
    return True


def _reassigned_clocks(turn: Turn, category: str, level: Level) -> tuple[CaseClock, ...]:
    """A new accept clock, and the answer's as it was unless category or level changed it. A promise was the old office's."""
    case, policy, rules = turn.case, turn.policy, turn.policy.levels[level]
    answer = case.clock(ClockName.ANSWER)
    assert answer is not None
    answer = clocks.resume(answer, turn.now, turn.rules)
    if (category, level) != (case.category, case.level):
        answer = clocks.relimited(answer, turn.limits.answer_ms, policy.limits[category, level].answer_ms, rules, turn.now)
    accept = clocks.start(ClockName.ACCEPT, turn.now, policy.limits[category, level].accept_ms, rules)
    return accept, answer


def reject(turn: Turn, action: Reject) -> None:
    """Not taken up here. Whoever refuses without a known right address must name it."""
    if action.kind is RefusalKind.OTHER and not action.right_address:
        raise NotAllowed(Rule.RIGHT_ADDRESS_NEEDED)
    turn.tell(
        "refused",
        {"kind": action.kind, "right_address": action.right_address or right_address(action.kind)},
        state=State.REFUSED,
        clocks=(),
        pause_end=None,
        decider=None,
        settled=turn.now,
    )
