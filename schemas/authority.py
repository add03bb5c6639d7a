"""Who may do what on a case, in which state, by which rule: one table.

The case stage attaches its handlers to it; HTTP, the desk's buttons, the command line and the generated pages read it. Pure.

Three questions are answered here and nowhere else: who somebody is on a case (`relation`), what stands against what he asks
for (`refusal`), and in which roles a person or a machine speaks for an office (`DUTIES`). The case stage asks the second of the case as
it is and has the last word. HTTP asks it of the case as the read model shows it, which may be a moment old: so it refuses who is not
entitled, and leaves `wrong-state` to the case stage.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from schemas.events.base import Role
from schemas.events.standing import OPEN_STATES, WORK_STATES, State
from schemas.reference import CITY_CHAIRMAN, CITY_OFFICE, TRIAGE_OFFICE, above, offices

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
    HOTLINE = "hotline"
    SYSTEM = "system"


RELATIONS: Mapping[Relation, str] = {
    Relation.CITIZEN: "has the tracking code",
    Relation.OWNER: "the office that must answer",
    Relation.CO_OFFICE: "an office that helps the owner",
    Relation.SUPERIOR: "stands above the owner; in a dispute, the decider and who stands above him",
    Relation.TRIAGE: "the triage office, on what no office has and on what was refused",
    Relation.CLEARING: "the triage office, on a case that an office has: it joins what belongs together",
    Relation.OPERATOR: "the administrator, in the name of an office",
    Relation.HOTLINE: "a person at the hotline, for a caller whose number is the petition's contact",
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
    """Who holds a case, as a view of it says (`schemas.events.standing.CaseView`)."""

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
    "propose-merge": Permission(OWNER | DIRECTING | {Relation.CLEARING, Relation.SYSTEM}, WORK_STATES, _OPEN_POINT),
    "split": Permission(
        OWNER | DIRECTING | {Relation.CLEARING}, WORK_STATES, f"{_DECISION}: each matter has its own office and limit; {_OPEN_POINT}"
    ),
    "unmerge": Permission(DIRECTING | {Relation.CLEARING, Relation.SYSTEM}, _some(S.MERGED), _OPEN_POINT),
    "decline-merge": Permission(DIRECTING | {Relation.CLEARING}, WORK_STATES, _OPEN_POINT),
    "note": Permission(
        OWNER | DIRECTING | {Relation.CO_OFFICE, Relation.CLEARING}, EVERY, f"{_RULES}: an office's own update is not progress"
    ),
    "urge": Permission(_who(Relation.SUPERIOR, Relation.OPERATOR), WORK_STATES, _OPEN_POINT),
    "rate": Permission(CITIZEN, _some(S.ANSWERED, S.MERGED), f"{_RULES}: nothing is closed by silence alone"),
    "reopen": Permission(CITIZEN, REOPENABLE, f"{_RULES}: reopened at most twice; {_OPEN_POINT}"),
    "withdraw": Permission(CITIZEN, WORK_STATES | {S.MERGED}, _OPEN_POINT),
    "correct": Permission(
        CITIZEN, _some(S.RECEIVED, S.ASSIGNED, S.ACCEPTED), f"{_RULES}: the citizen may correct category and place after sending"
    ),
    "forget": Permission(CITIZEN | SYSTEM, EVERY, "Law 91/2025/QH15: erasure on request"),
    "reveal-contact": Permission(OWNER, OPEN_STATES, "Law 91/2025/QH15: who sees personal data, and why, is recorded"),
    "look-up": Permission(_who(Relation.HOTLINE), EVERY, "Law 91/2025/QH15: who sees personal data is recorded"),
    "take": Permission(OWNER | {Relation.TRIAGE}, WORK_STATES, "how an office shares its work: its own business"),
    "hand-over": Permission(OWNER | {Relation.TRIAGE}, WORK_STATES, "how an office shares its work: its own business"),
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


_GRAVITY = (None, *Denial)


def speaks_as(roles: Collection[Role], office: str, case: Held, action: str) -> tuple[Role, Denial | None]:
    """The role, of those in which the caller speaks for the office, in which he may do this, and None; or the one in which least
    stands against it, and what that is. At least one role is needed."""
    verdicts = [(role, refusal(role, office, case, action)) for role in roles]
    return min(verdicts, key=lambda verdict: _GRAVITY.index(verdict[1]))


def open_to(roles: Collection[Role], office: str, case: Held) -> tuple[str, ...]:
    """What who speaks for the office in these roles may do on the case now; nothing, in none."""
    return tuple(action for action in OFFICE_ACTIONS if any(refusal(role, office, case, action) is None for role in roles))


def entitled_to(roles: Collection[Role], office: str, case: Held) -> tuple[str, ...]:
    """What he may do on the case, in this state or another."""
    entitled = (None, Denial.WRONG_STATE)
    return tuple(action for action in OFFICE_ACTIONS if any(refusal(role, office, case, action) in entitled for role in roles))


class Call(StrEnum):
    """What is asked of the service over HTTP, beside what everybody may and what a tracking code or a channel's key opens."""

    READ_CASES = "read-cases"
    READ_BRANCH = "read-branch"
    ACT = "act"
    READ_FIGURES = "read-figures"
    READ_ESCALATED = "read-escalated"
    TAKE_CALLS = "take-calls"


CALLS: Mapping[Call, str] = {
    Call.READ_CASES: "an office's queue, as it is and as it changes, and each case that the office sees",
    Call.READ_BRANCH: "likewise the cases of the offices below, personal data in people's words masked",
    Call.ACT: "actions on a case in the office's name; which, says the table above",
    Call.READ_FIGURES: "the operations centre's figures, in which are no words of anybody",
    Call.READ_ESCALATED: "beside them, the words of what has escalated",
    Call.TAKE_CALLS: "petitions for callers: entered, found by the caller's number, opened with his citizen reading that",
}


class Duty(StrEnum):
    """What somebody is employed for: a person, in an office or for the whole city; the last two are machines, by their token."""

    OFFICER = "officer"
    HEAD = "head"
    CITY_OFFICE = "city-office"
    TRIAGE = "triage"
    LEADER = "leader"
    OPERATIONS = "operations-centre"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    HOTLINE = "hotline"
    OFFICE_SYSTEM = "office-system"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Powers:
    """`what`: whose duty it is; `calls`: what he may call; `speaks`: the roles in which he acts, in the office's name; `office`: the
    only one that has this duty; `everywhere`: for all offices, so that it is no office's; `masked`: what he reads, he reads without
    personal data in people's words."""

    what: str
    calls: frozenset[Call]
    speaks: tuple[Role, ...] = ()
    office: str | None = None
    everywhere: bool = False
    masked: bool = False


_WORK = frozenset({Call.READ_CASES, Call.ACT})
_FIGURES = frozenset({Call.READ_FIGURES, Call.READ_ESCALATED})
_BELOW = frozenset({Call.READ_BRANCH})

DUTIES: Mapping[Duty, Powers] = {
    Duty.OFFICER: Powers("works on his office's cases", _WORK, (Role.OFFICE,)),
    Duty.HEAD: Powers("heads an office: decides for it, and about the offices below it", _WORK | _BELOW, (Role.OFFICE, Role.SUPERIOR)),
    Duty.CITY_OFFICE: Powers(
        "the city office: watches over all departments and wards", _WORK | _BELOW | _FIGURES, (Role.OFFICE, Role.SUPERIOR), CITY_OFFICE
    ),
    Duty.TRIAGE: Powers("sorts what no rule could", _WORK, (Role.OFFICE, Role.TRIAGE), TRIAGE_OFFICE),
    Duty.LEADER: Powers(
        "a leader of the city: decides with binding force", _WORK | _BELOW | _FIGURES, (Role.OFFICE, Role.SUPERIOR), CITY_CHAIRMAN
    ),
    Duty.OPERATIONS: Powers(
        "the operations centre: reads figures, and the cases behind them",
        _FIGURES | _BELOW | {Call.READ_CASES},
        everywhere=True,
        masked=True,
    ),
    Duty.AUDITOR: Powers("reads all, acts never", _FIGURES | _BELOW | {Call.READ_CASES}, everywhere=True),
    Duty.OPERATOR: Powers("runs the service: sees nothing personal", frozenset({Call.READ_FIGURES}), everywhere=True),
    Duty.HOTLINE: Powers("answers the hotline's calls", frozenset({Call.TAKE_CALLS}), everywhere=True),
    Duty.OFFICE_SYSTEM: Powers("an office's own system, by its token", _WORK, (Role.OFFICE, Role.TRIAGE, Role.SUPERIOR)),
    Duty.ADMINISTRATOR: Powers(
        "the administrator's programs, by their token, in the name of an office",
        _WORK | _BELOW | _FIGURES,
        (Role.OPERATOR,),
        everywhere=True,
    ),
}
"""Duty → what it entitles to. Whoever has several, at one office or more, may what one of them allows."""
MACHINES = frozenset({Duty.OFFICE_SYSTEM, Duty.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Post:
    """A duty at an office; `office` is None where the duty is for all of the city."""

    duty: Duty
    office: str | None = None

    def allows(self, call: Call, office: str | None = None) -> bool:
        """Whether this may be called; `office`: for this one."""
        powers = DUTIES[self.duty]
        return call in powers.calls and (office is None or powers.everywhere or self.office == office)

    def mistake(self) -> str | None:
        """Why there can be no such post; None: there can."""
        powers = DUTIES[self.duty]
        if powers.everywhere:
            return None if self.office is None else f"{self.duty} is for the whole city: no office"
        if self.office not in offices():
            return f"{self.duty} needs one of the offices"
        return None if powers.office in (None, self.office) else f"{self.duty} is a duty at {powers.office} alone"


def may(posts: Iterable[Post], call: Call, office: str | None = None) -> bool:
    """Whether one of the posts allows it."""
    return any(post.allows(call, office) for post in posts)


def reads_plainly(posts: Iterable[Post], office: str) -> bool:
    """Whether he reads people's words for the office as it may read them: not with all personal data masked."""
    return any(post.allows(Call.READ_CASES, office) and not DUTIES[post.duty].masked for post in posts)


def roles_at(posts: Iterable[Post], office: str) -> tuple[Role, ...]:
    """The roles in which the holder of these posts speaks for the office; only the triage office's people speak as triage."""
    spoken = {role for post in posts if post.allows(Call.ACT, office) for role in DUTIES[post.duty].speaks}
    return tuple(role for role in Role if role in spoken and (role is not Role.TRIAGE or office == TRIAGE_OFFICE))
