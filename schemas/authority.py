"""Who may do what on a case, in which state, by which rule: one table.

The case stage attaches its handlers to it; HTTP, the desk's buttons, the command line and the generated pages read it. Pure.

Two questions are answered here and nowhere else: who somebody is on a case (`relation`), and what stands against what he asks
for (`refusal`). The case stage asks the second of the case as it is and has the last word. HTTP asks it of the case as the read
model shows it, which may be a moment old: so it refuses who is not entitled, and leaves `wrong-state` to the case stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from schemas.events.base import Role
from schemas.events.case import OPEN_STATES, WORK_STATES, State
from schemas.reference import TRIAGE_OFFICE, above

S = State


class Relation(StrEnum):
    """What somebody is to one case; follows from his role, his office and the case (`relation`)."""

    CITIZEN = "citizen"
    OWNER = "owner"
    CO_OFFICE = "co-office"
    SUPERIOR = "superior"
    TRIAGE = "triage"
    CLEARING = "clearing"
    OPERATOR = "operator"
    SYSTEM = "system"


RELATIONS: Mapping[Relation, str] = {
    Relation.CITIZEN: "has the tracking code",
    Relation.OWNER: "the office that must answer",
    Relation.CO_OFFICE: "an office that helps the owner",
    Relation.SUPERIOR: "stands above the owner; in a dispute, the decider and who stands above him",
    Relation.TRIAGE: "the triage office, on what no office has and on what was refused",
    Relation.CLEARING: "the triage office, on a case that an office has: it joins what belongs together",
    Relation.OPERATOR: "the administrator, in the name of an office",
    Relation.SYSTEM: "the pipeline itself",
}


class Denial(StrEnum):
    """Why somebody may not do something, the mildest first. The words stand in `schemas/reference/texts.toml`."""

    WRONG_STATE = "wrong-state"
    ROLE_NOT_ALLOWED = "role-not-allowed"
    NOT_THE_DECIDER = "not-the-decider"
    NOT_YOUR_CASE = "not-your-case"


STRANGER = frozenset({Denial.NOT_YOUR_CASE, Denial.NOT_THE_DECIDER})
"""The case is not his business at all: he learns nothing about it."""


class Held(Protocol):
    """What is asked of a case, whoever keeps it. `office` is None while it waits in triage, `decider` None without a dispute."""

    @property
    def state(self) -> str: ...
    @property
    def office(self) -> str | None: ...
    @property
    def co_offices(self) -> tuple[str, ...]: ...
    @property
    def decider(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds a case, as a view of it says (`schemas.events.case.CaseView`)."""

    state: str
    office: str | None = None
    co_offices: tuple[str, ...] = ()
    decider: str | None = None

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> Holding:
        return cls(view["state"], view["office"], tuple(view.get("co_offices") or ()), view.get("decider"))


@dataclass(frozen=True, slots=True)
class Permission:
    """These may ask for it in these states. `source`: the rule that says so."""

    who: frozenset[Relation]
    states: frozenset[State]
    source: str


EVERY = frozenset(State)
TALKING = frozenset({S.ASSIGNED, S.ACCEPTED, S.INFORMATION_REQUESTED, S.PROMISED})
"""The office may reply."""
REOPENABLE = frozenset({S.ANSWERED, S.CLOSED, S.REFUSED, S.MERGED})

_DECISION = "Decision 1207/QĐ-UBND"
_RULES = "RULES.md"
_OPEN_POINT = "to be confirmed by the operator"
_WITHIN = "within the pipeline"


def _some(*values: State) -> frozenset[State]:
    return frozenset(values)


def _who(*values: Relation) -> frozenset[Relation]:
    return frozenset(values)


OWNER = _who(Relation.OWNER, Relation.OPERATOR)
CITIZEN = _who(Relation.CITIZEN, Relation.OPERATOR)
DIRECTING = _who(Relation.TRIAGE, Relation.SUPERIOR, Relation.OPERATOR)
UPKEEP = _who(Relation.OPERATOR, Relation.SYSTEM)
SYSTEM = _who(Relation.SYSTEM)

AUTHORITY: Mapping[str, Permission] = {
    "accept": Permission(OWNER, _some(S.ASSIGNED), f"{_DECISION}: intake within 8 working hours"),
    "answer": Permission(OWNER, TALKING, f"{_RULES}: a result, text and evidence"),
    "request-information": Permission(OWNER | {Relation.TRIAGE}, _some(S.RECEIVED, S.ACCEPTED), _OPEN_POINT),
    "add-information": Permission(
        CITIZEN | OWNER | DIRECTING | {Relation.CLEARING},
        WORK_STATES | {S.MERGED},
        f"{_RULES}: an office's own update is not progress",
    ),
    "contribute": Permission(
        _who(Relation.CO_OFFICE, Relation.OPERATOR), WORK_STATES, f"{_DECISION}: complex, several agencies; how they help: {_OPEN_POINT}"
    ),
    "transfer": Permission(OWNER, _some(S.ASSIGNED, S.ACCEPTED), f"{_RULES}: nobody passes the buck"),
    "extend": Permission(OWNER, _some(S.ACCEPTED), _OPEN_POINT),
    "assign": Permission(DIRECTING, WORK_STATES | {S.REFUSED}, f"{_RULES}: the common superior decides; triage sorts"),
    "reject": Permission(OWNER | DIRECTING, WORK_STATES, f"{_DECISION}: what is not accepted here gets the right address"),
    "merge": Permission(DIRECTING | {Relation.CLEARING, Relation.SYSTEM}, WORK_STATES, _OPEN_POINT),
    "propose-merge": Permission(DIRECTING | SYSTEM, WORK_STATES, _OPEN_POINT),
    "unmerge": Permission(DIRECTING | {Relation.CLEARING, Relation.SYSTEM}, _some(S.MERGED), _OPEN_POINT),
    "rate": Permission(CITIZEN, _some(S.ANSWERED, S.MERGED), f"{_RULES}: nothing is closed by silence alone"),
    "reopen": Permission(CITIZEN, REOPENABLE, f"{_RULES}: reopened at most twice; {_OPEN_POINT}"),
    "withdraw": Permission(CITIZEN, WORK_STATES | {S.MERGED}, _OPEN_POINT),
    "forget": Permission(CITIZEN, EVERY, "Law 91/2025/QH15: erasure on request"),
    "reveal-contact": Permission(OWNER, OPEN_STATES, "Law 91/2025/QH15: who sees personal data, and why, is recorded"),
    "recompute": Permission(UPKEEP, OPEN_STATES | {S.MERGED}, f"{_RULES}: a calendar changed while cases are open"),
    "record-outage": Permission(UPKEEP, OPEN_STATES, f"{_RULES}: figures from the record"),
    "follower-joined": Permission(SYSTEM, EVERY, _WITHIN),
    "follower-left": Permission(SYSTEM, EVERY, _WITHIN),
    "follower-informed": Permission(SYSTEM, EVERY, _WITHIN),
    "leader-news": Permission(SYSTEM, EVERY, _WITHIN),
}
"""Action → who may ask for it when, in the order in which a desk offers them."""

BY_AN_OFFICE = frozenset({"accept", "answer", "transfer", "extend"})
"""What needs a responsible office, also when the operator does it."""
_AT_A_DESK = frozenset({Relation.OWNER, Relation.CO_OFFICE, Relation.SUPERIOR, Relation.TRIAGE, Relation.CLEARING})


def actions_of(*who: Relation) -> tuple[str, ...]:
    """What one of these may ask for in some state."""
    return tuple(action for action, permission in AUTHORITY.items() if permission.who & set(who))


CITIZEN_ACTIONS = actions_of(Relation.CITIZEN)
OFFICE_ACTIONS = actions_of(*_AT_A_DESK)
"""What offices may ask for, each in its relation to the case."""


def relation(role: Role, office: str | None, case: Held) -> Relation | None:
    """Who somebody that acts in this role, for this office, is on the case; None: a stranger to it."""
    match role:
        case Role.OFFICE:
            return _at_the_office(office, case)
        case Role.SUPERIOR:
            return Relation.SUPERIOR if _decides(office, case) else None
        case Role.TRIAGE:
            return Relation.TRIAGE if case.office is None or case.state == S.REFUSED else Relation.CLEARING
    return Relation(role.value)


def _at_the_office(office: str | None, case: Held) -> Relation | None:
    if office is None or office not in (case.office, *case.co_offices):
        return None
    return Relation.OWNER if office == case.office else Relation.CO_OFFICE


def _decides(office: str | None, case: Held) -> bool:
    """A superior decides about an office below it; in a dispute only the common superior or whoever stands above him does."""
    if case.decider is not None:
        return office == case.decider or office in above(case.decider)
    return office in above(case.office or TRIAGE_OFFICE)


def refusal(role: Role, office: str | None, case: Held, action: str) -> Denial | None:
    """What stands against this action; None: nothing. Who comes before when: strangers learn nothing of a case's state."""
    permission, found = AUTHORITY[action], relation(role, office, case)
    if found is None:
        return Denial.NOT_THE_DECIDER if role is Role.SUPERIOR else Denial.NOT_YOUR_CASE
    if found not in permission.who:
        return Denial.ROLE_NOT_ALLOWED
    if case.state not in permission.states or (case.office is None and action in BY_AN_OFFICE):
        return Denial.WRONG_STATE
    return None


def roles_of(office: str, *, admin: bool = False) -> tuple[Role, ...]:
    """The roles in which an office may speak; the administrator speaks as himself, in the office's name."""
    if admin:
        return (Role.OPERATOR,)
    return (Role.OFFICE, Role.TRIAGE, Role.SUPERIOR) if office == TRIAGE_OFFICE else (Role.OFFICE, Role.SUPERIOR)


def speaks_as(office: str, case: Held, action: str, *, admin: bool = False) -> tuple[Role, Denial | None]:
    """The role in which the office may do this, and None; or the one in which least stands against it, and what that is."""
    gravity = (None, *Denial)
    verdicts = [(role, refusal(role, office, case, action)) for role in roles_of(office, admin=admin)]
    return min(verdicts, key=lambda verdict: gravity.index(verdict[1]))


def open_to(office: str, case: Held, *, admin: bool = False) -> tuple[str, ...]:
    """What the office may do on the case now."""
    return tuple(action for action in OFFICE_ACTIONS if speaks_as(office, case, action, admin=admin)[1] is None)


def entitled_to(office: str, case: Held, *, admin: bool = False) -> tuple[str, ...]:
    """What the office may do on the case, in this state or another."""
    return tuple(action for action in OFFICE_ACTIONS if speaks_as(office, case, action, admin=admin)[1] in (None, Denial.WRONG_STATE))
