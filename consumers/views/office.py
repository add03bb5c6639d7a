"""What an office sees of the petitions in its queue. Pure. Never the petitioner's contact, tracking code or id in the channel."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from consumers.queues.routing import offices_of_view
from consumers.timeline import TimelineEntry
from consumers.views.citizen import Json, office
from schemas.events.intake import PERSONAL
from schemas.events.lateness import clocks_of, is_late
from schemas.reference import TRIAGE_OFFICE, categories, texts
from schemas.reference.texts import Language


def role_of(code: str, case: Json) -> str | None:
    """Why the office has the case in its queue: owner, decider, superior or co-office; None when it has not."""
    if code not in offices_of_view(case):
        return None
    if code == (case["office"] or TRIAGE_OFFICE):
        return "owner"
    if code == case.get("decider"):
        return "decider"
    return "superior" if code == case.get("escalated_to") else "co-office"


def queue_item(code: str, *, petition_id: str, seq: int, case: Json, petition: Json | None, now: datetime, lang: Language) -> Json:
    """One line of the queue as of `now`: `overdue` is late now, `missed` once late (`schemas.events.lateness`)."""
    category = categories().get(case["category"])
    given = petition or {}
    return {
        "petition_id": petition_id,
        "seq": seq,
        "role": role_of(code, case),
        "state": case["state"],
        "level": case["level"],
        "urgent": case["level"] == "urgent",
        "category": case["category"],
        "category_name": (category.name_vi if lang == "vi" else category.name_en) if category else case["category"],
        "text": given.get("text", ""),
        "channel": given.get("channel", ""),
        "ward": case.get("ward_code"),
        "office": office(case["office"] or TRIAGE_OFFICE, lang),
        "received_at": case["received_at"],
        "deadline": case.get("deadline"),
        "clocks": case.get("clocks", []),
        "overdue": is_late(clocks_of(case), now),
        "missed": case.get("missed", False),
        "transfers": case.get("transfers", 0),
        "reopened": case.get("reopened", 0),
        "escalation": case.get("escalation", 0),
        "escalated_to": case.get("escalated_to"),
        "decider": case.get("decider"),
        "followers": case.get("followers", 0),
    }


def queue_detail(
    line: Json, *, case: Json, petition: Json | None, classification: Json | None, entries: list[TimelineEntry], lang: Language
) -> Json:
    """A line with everything the office needs to work on it."""
    given = without_personal_data(petition or {})
    return {
        **line,
        "location": given.get("location"),
        "media_urls": given.get("media_urls", []),
        "submitted_at": given.get("submitted_at"),
        "classification": classification,
        "case": case,
        "timeline": [office_item(entry, lang) for entry in entries],
    }


def without_personal_data(petition: Json) -> Json:
    return {name: value for name, value in petition.items() if name not in PERSONAL}


def office_item(entry: TimelineEntry, lang: Language) -> Json:
    """A timeline line with all of the event's fields: who, why, and the clocks before."""
    details: dict[str, Any] = dict(entry.data)
    if "rule" in details:
        details["why"] = texts.rule_text(str(details["rule"]), lang)
    return {
        "id": entry.event_id,
        "seq": entry.seq,
        "type": entry.what,
        "time": entry.at,
        "title": texts.title(entry.what, lang),
        "details": details,
        "state": entry.case["state"],
        "office": entry.case["office"],
        "deadline": entry.case.get("deadline"),
    }


def queue_event(code: str, entry: TimelineEntry, lang: Language) -> tuple[str, Json]:
    """An event for the queue's stream: its name (`left` when the case is no longer in the queue) and its data."""
    role = role_of(code, entry.case)
    data = {**office_item(entry, lang), "petition_id": entry.petition_id, "role": role, "case": entry.case}
    return (entry.what if role else "left"), data
