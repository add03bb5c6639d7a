"""What an office sees of the petitions in its queue. Pure. Never the petitioner's contact, tracking code or id in the channel.

The responsible office reads what people wrote; for every other office of the case phone numbers and the like are masked. An office that
no longer has to do with a case sees where it stands and what came of it, and of what happened since nothing else. Who reads the offices
below sees all of a case, masked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from consumers.queues.routing import offices_of_view
from consumers.timeline import TimelineEntry
from consumers.views.citizen import Json, office
from schemas.events.intake import PERSONAL
from schemas.events.lateness import clocks_of, is_late
from schemas.events.words import mask_words
from schemas.platform.masking import mask
from schemas.reference import TRIAGE_OFFICE, categories, texts
from schemas.reference.texts import Language

OUTCOME = frozenset({"from_office", "to_office", "result", "in_time", "because", "kind", "stars"})
"""What a former office learns of an event besides its kind, its time and the state."""


MOVES = frozenset({"assigned", "transferred", "decision-required", "split"})
"""Of a long timeline, what the case's page always reads whole: which way the case went, and what was split off."""


def role_of(code: str, case: Json) -> str | None:
    """Why the office has the case in its queue: owner, decider, superior or co-office; None when it has not."""
    if code not in offices_of_view(case):
        return None
    if code == (case["office"] or TRIAGE_OFFICE):
        return "owner"
    if code == case.get("decider"):
        return "decider"
    return "superior" if code == case.get("escalated_to") else "co-office"


def is_responsible(code: str, case: Json) -> bool:
    """It must act on the case, or was the last that had to."""
    return bool(code == (case["office"] or TRIAGE_OFFICE))


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
        "text": _text(code, case, given, lang),
        "language": case.get("language", "vi"),
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
        "officer": case.get("officer"),
        "held_until": case.get("held_until"),
    }


def _text(code: str, case: Json, petition: Json, lang: Language) -> str:
    text = str(petition.get("text", ""))
    return text if is_responsible(code, case) else mask(text, lang)


def queue_detail(
    code: str,
    line: Json,
    *,
    case: Json,
    petition: Json | None,
    classification: Json | None,
    entries: list[TimelineEntry],
    lang: Language,
    above: bool = False,
) -> Json:
    """A line with everything the office needs to work on it; `above`: it stands above the responsible one, and its caller reads that."""
    given = without_personal_data(petition or {})
    found = {
        **line,
        "location": given.get("location"),
        "media_urls": given.get("media_urls", []),
        "files": given.get("files", []) if role_of(code, case) or is_responsible(code, case) else [],
        "submitted_at": given.get("submitted_at"),
        "classification": classification,
        "case": case,
        "timeline": _timeline(code, case, entries, lang, above=above),
    }
    return found if is_responsible(code, case) else dict(mask_words(found, lang))


def _timeline(code: str, case: Json, entries: list[TimelineEntry], lang: Language, *, above: bool) -> list[Json]:
    since = len(entries) if above or is_responsible(code, case) or role_of(code, case) else _left(code, entries)
    return [office_item(entry, lang) for entry in entries[:since]] + [_outcome(entry, lang) for entry in entries[since:]]


def _left(code: str, entries: list[TimelineEntry]) -> int:
    """How many of the entries the office took part in, that with which the case left it included."""
    had = [number for number, entry in enumerate(entries) if is_responsible(code, entry.case)]
    return had[-1] + 2 if had else 0


def _outcome(entry: TimelineEntry, lang: Language) -> Json:
    whole = office_item(entry, lang)
    return {**whole, "details": {name: value for name, value in whole["details"].items() if name in OUTCOME}}


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
    return (entry.what if role else "left"), data if is_responsible(code, entry.case) else dict(mask_words(data, lang))
