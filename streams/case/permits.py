"""Who may ask for what in which state: the one table, from which also the diagram of states is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schemas import actions
from schemas.base import Role
from schemas.case import OPEN_STATES, State
from schemas.reference import CITY_CHAIRMAN, TRIAGE_OFFICE, superior
from streams.case.acts import answering, citizen, information, merging, ownership, upkeep
from streams.case.rules import NotAllowed, Rule
from streams.case.turn import Turn, Who

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


@dataclass(frozen=True, slots=True)
class Permit:
    """`handler` runs when the state is one of `states` and the actor's role one of `roles`. `leads_to` is for the diagram."""

    handler: Handler
    states: frozenset[State]
    roles: frozenset[Role]
    leads_to: tuple[State, ...] = ()


PERMITS: dict[str, Permit] = {
    "accept": Permit(ownership.accept, frozenset({S.ASSIGNED}), OWNER, (S.ACCEPTED,)),
    "transfer": Permit(ownership.transfer, frozenset({S.ASSIGNED, S.ACCEPTED}), OWNER, (S.ASSIGNED, S.DECISION_REQUIRED)),
    "assign": Permit(ownership.assign, UNANSWERED | {S.REFUSED}, DIRECTING, (S.ASSIGNED,)),
    "reject": Permit(ownership.reject, UNANSWERED, OWNER | DIRECTING, (S.REFUSED,)),
    "request-information": Permit(
        information.request_information, frozenset({S.RECEIVED, S.ACCEPTED}), OWNER | {Role.TRIAGE}, (S.INFORMATION_REQUESTED,)
    ),
    "add-information": Permit(
        information.add_information, UNANSWERED | {S.MERGED}, CITIZEN | OWNER | DIRECTING, (S.ACCEPTED, S.RECEIVED)
    ),
    "extend": Permit(information.extend, frozenset({S.ACCEPTED}), OWNER),
    "answer": Permit(
        answering.answer,
        frozenset({S.ASSIGNED, S.ACCEPTED, S.INFORMATION_REQUESTED, S.PROMISED}),
        OWNER,
        (S.ANSWERED, S.PROMISED, S.DECISION_REQUIRED),
    ),
    "rate": Permit(citizen.rate, frozenset({S.ANSWERED, S.MERGED}), CITIZEN, (S.CLOSED,)),
    "reopen": Permit(
        lambda turn, action: (merging.reopen_merged if turn.case.state is S.MERGED else citizen.reopen)(turn, action),
        frozenset({S.ANSWERED, S.CLOSED, S.REFUSED, S.MERGED}),
        CITIZEN,
        (S.ASSIGNED, S.RECEIVED),
    ),
    "withdraw": Permit(citizen.withdraw, UNANSWERED | {S.MERGED}, CITIZEN, (S.WITHDRAWN,)),
    "merge": Permit(merging.merge, UNANSWERED, DIRECTING | SYSTEM, (S.MERGED,)),
    "unmerge": Permit(
        merging.unmerge, frozenset({S.MERGED}), DIRECTING | SYSTEM, (S.RECEIVED, S.ASSIGNED, S.ACCEPTED, S.PROMISED)
    ),
    "follower-joined": Permit(merging.follower_joined, EVERY, SYSTEM),
    "follower-left": Permit(merging.follower_left, EVERY, SYSTEM),
    "leader-news": Permit(merging.leader_news, EVERY, SYSTEM),
    "recompute": Permit(upkeep.recompute, OPEN_STATES | {S.MERGED}, frozenset({Role.OPERATOR, Role.SYSTEM})),
    "record-outage": Permit(upkeep.record_outage, OPEN_STATES, frozenset({Role.OPERATOR, Role.SYSTEM})),
}


def check(turn: Turn, action: actions.Action, permit: Permit) -> None:
    """Raise NotAllowed unless this actor may do this now. Who comes before when: strangers learn nothing of a case's state."""
    who, case = turn.who, turn.case
    role = who.role
    if role not in permit.roles:
        raise NotAllowed(Rule.ROLE_NOT_ALLOWED)
    if role is Role.OFFICE and who.office != case.office:
        raise NotAllowed(Rule.NOT_YOUR_CASE)
    if role is Role.TRIAGE and case.office is not None and case.state is not S.REFUSED and action.action not in _JOINING:
        raise NotAllowed(Rule.NOT_YOUR_CASE)
    if role is Role.SUPERIOR and not _decides(who, case.decider, case.office or TRIAGE_OFFICE):
        raise NotAllowed(Rule.NOT_THE_DECIDER)
    if case.state not in permit.states:
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
