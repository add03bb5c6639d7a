"""Who may do what on a petition: pure. The actor comes from the token and the case, never from the body."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.events.actions import OFFICE_ACTIONS, SUPERIOR_ACTIONS
from schemas.events.base import Actor, Role
from schemas.reference import CITY_CHAIRMAN, TRIAGE_OFFICE, offices, superior

ALLOWED: dict[Role, tuple[str, ...]] = {
    Role.OFFICE: OFFICE_ACTIONS,
    Role.SUPERIOR: SUPERIOR_ACTIONS,
    Role.TRIAGE: ("assign", "reject", "request-information", "merge", "unmerge"),
    Role.OPERATOR: tuple(dict.fromkeys(OFFICE_ACTIONS + SUPERIOR_ACTIONS)),
}
ALL_ACTIONS = ALLOWED[Role.OPERATOR]


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds a case, as the read model says. `office` is None while it waits in triage."""

    office: str | None
    co_offices: tuple[str, ...] = ()
    decider: str | None = None


def is_above(upper: str, lower: str) -> bool:
    """Whether `upper` is among the offices above `lower`."""
    step = lower
    while step != CITY_CHAIRMAN:
        step = superior(step)
        if step == upper:
            return True
    return False


def actor_for(acting: str, holding: Holding, *, admin: bool) -> Actor | None:
    """The actor that `acting` is on this case; None when the case is not its business."""
    role = Role.OPERATOR if admin else _role(acting, holding)
    return None if role is None else Actor(role=role, office=acting)


def _role(acting: str, holding: Holding) -> Role | None:
    owner = holding.office or TRIAGE_OFFICE
    if acting == holding.decider or is_above(acting, owner):
        return Role.SUPERIOR
    if holding.office is None:
        return Role.TRIAGE if acting == TRIAGE_OFFICE else None
    return Role.OFFICE if acting == holding.office or acting in holding.co_offices else None


def known_office(code: str) -> bool:
    return code in offices()
