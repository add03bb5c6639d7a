"""A petition and what happened to it, as Open311 has them. Pure. `own`: for the channel that handed it in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from consumers.http.open311.rows import Row
from consumers.timeline import TimelineEntry
from consumers.views import citizen
from schemas.events.standing import WORK_STATES
from schemas.platform.instants import day_begin, iso
from schemas.reference import TRIAGE_OFFICE, categories, texts, wards
from schemas.reference.texts import Language

Json = dict[str, Any]


def status(state: str) -> str:
    """Open: an office, or triage, still has to do something."""
    return "open" if state in WORK_STATES else "closed"


def request(row: Row, lang: Language, *, own: bool) -> Json:
    """Strangers get no words, pictures, answers, exact place or time: the ward, its centre, and days."""
    petition = (row["petition"] or {}) if own else {}
    category = categories().get(row["category"])
    name = (category.name_vi if lang == "vi" else category.name_en) if category else row["category"]
    return {
        "service_request_id": row["petition_id"],
        "status": status(row["state"]),
        "status_notes": _notes(row, lang, own=own),
        "service_name": name,
        "service_code": row["category"],
        "description": petition.get("text"),
        "agency_responsible": citizen.office(row["office"] or TRIAGE_OFFICE, lang)["name"],
        "service_notice": None,
        "requested_datetime": _told(row["received_at"], own=own),
        "updated_datetime": _told(row["updated_at"], own=own),
        "expected_datetime": _told(row["deadline"], own=own) if row["deadline"] else None,
        **_place(petition.get("location") or {}, row["ward_code"]),
        "zipcode": None,
        "media_url": next(iter(petition.get("media_urls", ())), None),
    }


def _told(moment: datetime, *, own: bool) -> str:
    """Strangers are told the day, as its begin in Hanoi: the minute in which somebody reports something may tell who it was."""
    return iso(moment) if own else day_begin(moment).isoformat()


def _notes(row: Row, lang: Language, *, own: bool) -> str:
    state = texts.words("state", row["state"], lang)
    said = (row["answer"] or {}).get("text")
    return f"{state}: {said}" if own and said else state


def _place(location: Json, ward_code: str | None) -> Json:
    """What the sender gave, else the ward and its centre."""
    ward = wards().get(ward_code or location.get("ward_code") or "")
    exact = location.get("lat") is not None and location.get("long") is not None
    return {
        "address": location.get("address") or (ward.full_name_vi if ward else None),
        "address_id": ward.code if ward else None,
        "lat": location["lat"] if exact else (ward.lat if ward else None),
        "long": location["long"] if exact else (ward.long if ward else None),
    }


def update(entry: TimelineEntry, lang: Language, *, own: bool) -> Json:
    """Strangers learn what kind of thing happened and on which day, not what was said."""
    shown = citizen.item(entry, lang)
    return {
        "update_id": entry.event_id,
        "service_request_id": entry.petition_id,
        "status": status(entry.case["state"]),
        "external_status_code": entry.case["state"],
        "updated_datetime": _told(datetime.fromisoformat(entry.at), own=own),
        "description": shown["message"] if own else shown["title"],
        "media_url": next(iter(shown["details"].get("evidence_urls", ())), None) if own else None,
    }
