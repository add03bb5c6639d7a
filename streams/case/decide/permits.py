"""Who may ask for what in which state: the one table, from which also the diagram of states is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schemas.events import actions
from schemas.events.base import Role
from schemas.events.case import OPEN_STATES, State
from schemas.reference import CITY_CHAIRMAN, TRIAGE_OFFICE, superior
from streams.case.decide.handlers import answering, citizen, information, merging, ownership, upkeep
from streams.case.decide.rules import NotAllowed, Rule
from streams.case.decide.turn import Turn, Who

Handler = Callable[[Turn, Any], None]
S = State

WORKED = frozenset({S.ASSIGNED, S.ACCEPTED, S.INFORMATION_REQUESTED, S.DECISION_REQUIRED, S.PROMISED})
UNANSWERED = WORKED | {S.RECEIVED}
EVERY = frozenset(State)
DIRECTING = frozenset({Role.TRIAGE, Role.SUPERIOR, Role.OPERATOR})
OWNER = frozenset({Role.OFFICE, Role.OPERATOR})
CITIZEN = frozenset({Role.CITIZEN, Role.OPERATOR})
SYSTEM = frozenset({Role.SYSTEM})

_JOINING = ("merge", "unmerge", "add-information")
"""What triage may do on cases that an office has, too."""
_BY_AN_OFFICE = ("accept", "transfer", "extend", "answer")
"""What needs a responsible office, also when the operator does it."""


@dataclass(frozen=True, slots=True)
class Permit:
    """`handler` runs when the state is one of `states` and the actor's role one of `roles`.

    `moves`: from which of them it leads to which other state; a test compares this with what happens.
    """

    handler: Handler
    states: frozenset[State]
    roles: frozenset[Role]
    moves: tuple[tuple[State, State], ...] = ()


def _to(end: State, *starts: State) -> tuple[tuple[State, State], ...]:
    return tuple((start, end) for start in starts if start is not end)


def _some(*states: State) -> frozenset[State]:
    return frozenset(states)


BACK_FROM_MERGED = tuple((S.MERGED, end) for end in (S.RECEIVED, S.ASSIGNED, S.ACCEPTED, S.PROMISED))
TALKING = (S.ASSIGNED, S.ACCEPTED, S.INFORMATION_REQUESTED, S.PROMISED)
"""States in which the office may reply."""
REOPENABLE = (S.ANSWERED, S.CLOSED, S.REFUSED, S.MERGED)

PERMITS: dict[str, Permit] = {
    "accept": Permit(ownership.accept, _some(S.ASSIGNED), OWNER, _to(S.ACCEPTED, S.ASSIGNED)),
    "transfer": Permit(
        ownership.transfer,
        _some(S.ASSIGNED, S.ACCEPTED),
        OWNER,
        _to(S.ASSIGNED, S.ACCEPTED) + _to(S.DECISION_REQUIRED, S.ASSIGNED, S.ACCEPTED),
    ),
    "assign": Permit(ownership.assign, UNANSWERED | {S.REFUSED}, DIRECTING, _to(S.ASSIGNED, *UNANSWERED, S.REFUSED)),
    "reject": Permit(ownership.reject, UNANSWERED, OWNER | DIRECTING, _to(S.REFUSED, *UNANSWERED)),
    "request-information": Permit(
        information.request_information,
        _some(S.RECEIVED, S.ACCEPTED),
        OWNER | {Role.TRIAGE},
        _to(S.INFORMATION_REQUESTED, S.RECEIVED, S.ACCEPTED),
    ),
    "add-information": Permit(
        information.add_information,
        UNANSWERED | {S.MERGED},
        CITIZEN | OWNER | DIRECTING,
        _to(S.ACCEPTED, S.INFORMATION_REQUESTED) + _to(S.RECEIVED, S.INFORMATION_REQUESTED),
    ),
    "extend": Permit(information.extend, _some(S.ACCEPTED), OWNER),
    "answer": Permit(
        answering.answer,
        frozenset(TALKING),
        OWNER,
        _to(S.ANSWERED, *TALKING) + _to(S.PROMISED, *TALKING) + _to(S.DECISION_REQUIRED, *TALKING),
    ),
    "rate": Permit(citizen.rate, _some(S.ANSWERED, S.MERGED), CITIZEN, _to(S.CLOSED, S.ANSWERED)),
    "reopen": Permit(
        lambda turn, action: (merging.reopen_merged if turn.case.state is S.MERGED else citizen.reopen)(turn, action),
        frozenset(REOPENABLE),
        CITIZEN,
        _to(S.ASSIGNED, S.ANSWERED, S.CLOSED, S.MERGED) + _to(S.RECEIVED, S.REFUSED, S.MERGED),
    ),
    "withdraw": Permit(citizen.withdraw, UNANSWERED | {S.MERGED}, CITIZEN, _to(S.WITHDRAWN, *UNANSWERED, S.MERGED)),
    "merge": Permit(merging.merge, UNANSWERED, DIRECTING | SYSTEM, _to(S.MERGED, *UNANSWERED)),
    "propose-merge": Permit(merging.propose_merge, UNANSWERED, DIRECTING | SYSTEM),
    "unmerge": Permit(merging.unmerge, _some(S.MERGED), DIRECTING | SYSTEM, BACK_FROM_MERGED),
    "follower-joined": Permit(merging.follower_joined, EVERY, SYSTEM),
    "follower-left": Permit(merging.follower_left, EVERY, SYSTEM),
    "leader-news": Permit(merging.leader_news, EVERY, SYSTEM, BACK_FROM_MERGED),
    "recompute": Permit(upkeep.recompute, OPEN_STATES | {S.MERGED}, frozenset({Role.OPERATOR, Role.SYSTEM})),
    "record-outage": Permit(upkeep.record_outage, OPEN_STATES, frozenset({Role.OPERATOR, Role.SYSTEM})),
}


def check(turn: Turn, action: actions.Action, permit: Permit) -> None:
    """Raise NotAllowed unless this actor may do this now. Who comes before when: strangers learn nothing of a case's state."""
    who, case = turn.who, turn.case
    role = who.role
    if role not in permit.roles:
        raise NotAllowed(Rule.ROLE_NOT_ALLOWED)
    if role is Role.OFFICE and (case.office is None or who.office != case.office):
        raise NotAllowed(Rule.NOT_YOUR_CASE)
    if role is Role.TRIAGE and case.office is not None and case.state is not S.REFUSED and action.action not in _JOINING:
        raise NotAllowed(Rule.NOT_YOUR_CASE)
    if role is Role.SUPERIOR and not _decides(who, case.decider, case.office or TRIAGE_OFFICE):
        raise NotAllowed(Rule.NOT_THE_DECIDER)
    if case.state not in permit.states or (case.office is None and action.action in _BY_AN_OFFICE):
        raise NotAllowed(Rule.WRONG_STATE)


def _decides(who: Who, decider: str | None, office: str) -> bool:
    """A superior decides about an office below it; in a dispute only the common superior or whoever stands above him does."""
    if who.office is None:
        return False
    if decider is not None:
        return who.office == decider or who.office in above(decider)
    return who.office in above(office)


def above(office: str) -> tuple[str, ...]:
    """The offices above one, lowest first; the chairman, above whom is nobody, decides about himself."""
    found = [superior(office)]
    while found[-1] != CITY_CHAIRMAN:
        found.append(superior(found[-1]))
    return tuple(found)
