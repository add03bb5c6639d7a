"""What anybody may read of petitions. Pure. Nothing that somebody wrote is among it: codes, the city's own names, states and days.

Of the place there is the ward; and the street, where the address names one of the city's list and holds no number: a number is a house.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any
from unicodedata import normalize

from consumers.timeline import TimelineEntry
from consumers.views.citizen import expand, office
from schemas.platform.folding import fold
from schemas.platform.instants import HANOI
from schemas.reference import TRIAGE_OFFICE, Category, Ward, categories, texts, wards
from schemas.reference.places import streets
from schemas.reference.texts import Language

Json = dict[str, Any]

STEPS = frozenset(
    {
        *("received", "assigned", "accepted", "transferred", "decision-required", "information-requested", "extended", "promised"),
        *("answered", "closed", "reopened", "breached", "escalated"),
    }
)
"""What the city did. What the citizen did is his: what he added, corrected, rated or asked to be forgotten."""


def line(row: Json, number: str, lang: Language) -> Json:
    """A petition of a list; `row` as `consumers.read_model.public` gives it, `number`: its public number."""
    ward = wards().get(row["ward_code"] or "")
    ended = row["state"] in ("answered", "closed")
    return {
        "number": number,
        "state": row["state"],
        "state_name": texts.words("state", row["state"], lang),
        "category": row["category"],
        "category_name": category_name(row["category"], lang),
        "ward": ward and {"code": ward.code, "name": ward_name(ward, lang)},
        "street": shown_street(row),
        "office": office(row["office"] or TRIAGE_OFFICE, lang),
        "received_on": day(row["received_at"]),
        "deadline_on": row["deadline"] and day(row["deadline"]),
        "changed_on": day(row["updated_at"]),
        "late": row["late"],
        "result": row["result"] if ended else None,
        "result_name": texts.words("result", row["result"], lang) if ended and row["result"] else None,
        "followers": row["followers"],
    }


def whole(row: Json, number: str, entries: Iterable[TimelineEntry], lang: Language) -> Json:
    """The same with what the city did, day by day, and which office had it."""
    shown = [part for entry in entries if entry.what in STEPS for part in expand(entry)]
    return {**line(row, number, lang), "steps": [_step(entry, lang) for entry in shown]}


def _step(entry: TimelineEntry, lang: Language) -> Json:
    return {
        "type": entry.what,
        "title": texts.title(entry.what, lang),
        "on": day(datetime.fromisoformat(entry.at)),
        "office": office(entry.case["office"] or TRIAGE_OFFICE, lang),
    }


def day(instant: datetime) -> str:
    """The day in Hanoi: the minute in which somebody reports something may tell who it was."""
    return instant.astimezone(HANOI).date().isoformat()


def category_name(code: str, lang: Language) -> str:
    """An unknown code is its own name."""
    found: Category | None = categories().get(code)
    if found is None:
        return code
    return found.name_vi if lang == "vi" else found.name_en


def ward_name(ward: Ward, lang: Language) -> str:
    return ward.full_name_vi if lang == "vi" else f"{ward.name_vi} {ward.kind}"


def shown_street(row: Json) -> str | None:
    """Of a petition of the list."""
    return street_of((row["petition"] or {}).get("location") or {})


def street_of(location: Json) -> str | None:
    """The street that an address without any digit names, as the city's list writes it."""
    address = normalize("NFC", str(location.get("address") or "")).casefold()
    found = None if re.search(r"\d", address) else _street_pattern().search(address)
    return _streets()[found[1]] if found else None


@cache
def streets_by_code() -> dict[str, str]:
    """The city's streets as they stand in an address of ours: `lang-ha` → Láng Hạ. No two are alike without their marks."""
    return {fold(street.name_vi).replace(" ", "-"): street.name_vi for street in streets()}


@cache
def _streets() -> dict[str, str]:
    """As they stand behind the word for a street, which one of them has in its name: Phố Huế."""
    return {normalize("NFC", street.name_vi).casefold().removeprefix("phố "): street.name_vi for street in streets()}


@cache
def _street_pattern() -> re.Pattern[str]:
    longest_first = sorted(_streets(), key=len, reverse=True)
    return re.compile(rf"(?:^|\W)(?:phố|đường|đại lộ)\s+({'|'.join(map(re.escape, longest_first))})(?:\W|$)")
