"""Which offices get an event, and which see a case in their queue: pure functions."""

from __future__ import annotations

from typing import Any

from msgspec import Raw

from schemas.events.standing import WORK_STATES
from schemas.events.wire import CaseEvent, CaseView
from schemas.reference import TRIAGE_OFFICE


def offices_of(event: CaseEvent[Raw], case: CaseView) -> list[str]:
    """Every office that the event concerns, once each: who owns the case (triage when nobody does), who helps, who must decide,
    to whom it was escalated, and who had it until now. Nobody, where the petition only tries the pipeline out."""
    if case.sandbox:
        return []
    wanted = (
        case.office or TRIAGE_OFFICE,
        *case.co_offices,
        case.decider,
        case.escalated_to,
        event.from_office,
        event.to_office,
    )
    return [office for office in dict.fromkeys(wanted) if office]


def offices_of_view(case: dict[str, Any]) -> frozenset[str]:
    """The offices that have the case in their queue: none when it is no longer work."""
    if case["state"] not in WORK_STATES:
        return frozenset()
    seen_by = (
        case["office"] or TRIAGE_OFFICE,
        *case.get("co_offices", ()),
        case.get("decider"),
        case.get("escalated_to"),
    )
    return frozenset(office for office in seen_by if office)
