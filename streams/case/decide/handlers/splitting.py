"""One matter of a petition becomes a case of its own; the petition goes on as it was."""

from __future__ import annotations

from schemas.events.actions import Split
from schemas.events.base import Role
from schemas.events.tracking import MOST_PARTS, part_id
from streams.case.decide.rules import NotAllowed, Rule
from streams.case.decide.turn import Turn


def split(turn: Turn, action: Split) -> None:
    """Its id follows from the petition and how often that was split: the citizen's code leads to it, and a step done again makes no
    second one. A part is not split again: what else it tells of is split from the original."""
    case = turn.case
    if case.forgotten:  # the words on an open page are gone: they do not come back as another petition
        raise NotAllowed(Rule.WRONG_STATE)
    if case.origin is not None:
        raise NotAllowed(Rule.ALREADY_A_PART)
    if case.parts >= MOST_PARTS:
        raise NotAllowed(Rule.PARTS_USED_UP)
    part = case.parts + 2
    into, office = part_id(case.id, part), _office(turn, action)
    turn.tell("split", {"into": into, "part": part, "category": action.category, "to_office": office}, parts=case.parts + 1)
    turn.split_off(
        into,
        origin=case.id,
        text=action.text,
        category=action.category,
        level=action.level,
        to_office=office,
        ward_code=case.ward,
        location=action.location and action.location.model_dump(exclude_none=True),
        language=case.language,
        reason=action.reason,
        actor=turn.who,
    )


def _office(turn: Turn, action: Split) -> str | None:
    """An office keeps the matter or leaves it to triage: it hands nothing to others this way."""
    if turn.who.role is Role.OFFICE and action.to_office != turn.who.office:
        return None
    return action.to_office
