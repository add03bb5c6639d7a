"""What is shown beside a case: its like, proposals to merge, mentions, what is late. Pure; words of people as `consumers.views.office`
shows them: whole to the responsible office, masked to every other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from math import cos, hypot, radians
from typing import Any

from consumers.read_model.casework import Proposal
from consumers.views.citizen import Json, office
from consumers.views.office import is_responsible, queue_item
from schemas.events.lateness import clocks_of, is_late
from schemas.events.words import mask_words
from schemas.platform.instants import iso
from schemas.reference import TRIAGE_OFFICE, categories
from schemas.reference.texts import Language, words

SPOT_METRES = 75
"""So near two petitions of one category are about one spot, as far as a phone's position tells."""
ALIKE_AT_LEAST = 0.25
SHOWN = 5
"""So many of each kind: what a person reads at a glance."""
_METRES_A_DEGREE = 111_320


def beside(code: str, rows: Iterable[Json], lang: Language) -> Json:
    """`{here, similar}`: other petitions at this spot, and those in like words; what was answered comes first among the latter."""
    found = [(_distance(row), row) for row in rows]
    here = [row for metres, row in found if row["same_spot"] or (metres is not None and metres <= SPOT_METRES)]
    at_the_spot = {row["petition_id"] for row in here}
    like = [row for _, row in found if row["alike"] >= ALIKE_AT_LEAST and row["petition_id"] not in at_the_spot]
    like.sort(key=lambda row: (row["answer"] is None, -row["alike"]))
    return {"here": [_other(code, row, lang) for row in here[:SHOWN]], "similar": [_other(code, row, lang) for row in like[:SHOWN]]}


def _distance(row: Json) -> float | None:
    """Metres, on the plane: all within one ward."""
    if None in (row["lat"], row["long"], row["own_lat"], row["own_long"]):
        return None
    north, east = row["lat"] - row["own_lat"], (row["long"] - row["own_long"]) * cos(radians(row["own_lat"]))
    return hypot(north, east) * _METRES_A_DEGREE


def _other(code: str, row: Json, lang: Language) -> Json:
    case, answer = row["case"], row["answer"] or {}
    metres = _distance(row)
    shown = {
        **_side(code, row["petition_id"], case, row["petition"], lang),
        "metres": None if metres is None else round(metres),
        "answer": {name: answer[name] for name in ("at", "result", "text") if answer.get(name) is not None} or None,
    }
    return shown if is_responsible(code, case) else dict(mask_words(shown, lang))


def _side(code: str, petition_id: str, case: Json, petition: Json | None, lang: Language) -> Json:
    """A petition beside another one."""
    given, category = petition or {}, categories().get(case["category"])
    place = given.get("location") or {}
    shown = {
        "petition_id": petition_id,
        "state": case["state"],
        "state_name": words("state", case["state"], lang),
        "level": case["level"],
        "category": case["category"],
        "category_name": (category.name_vi if lang == "vi" else category.name_en) if category else case["category"],
        "office": office(case["office"] or TRIAGE_OFFICE, lang),
        "ward": case.get("ward_code"),
        "address": place.get("address"),
        "lat": place.get("lat"),
        "long": place.get("long"),
        "received_at": case["received_at"],
        "deadline": case.get("deadline"),
        "followers": case.get("followers", 0),
        "text": given.get("text", ""),
        "media_urls": given.get("media_urls") or [],
    }
    return shown if is_responsible(code, case) else dict(mask_words(shown, lang))


def proposal(code: str, found: Proposal, lang: Language) -> Json:
    """Both sides of a proposal: what would follow, and what would lead."""
    return {
        "proposed_at": iso(found.at),
        "similarity": found.data.get("similarity"),
        "reason": found.data.get("reason"),
        "petition": _side(code, found.petition_id, found.case, found.petition, lang),
        "leader": _side(code, found.into, found.leader_case, found.leader_petition, lang),
    }


def mention(code: str, row: Json, lang: Language) -> Json:
    """A note that mentions somebody, with the case it stands on."""
    note = {"text": row["data"].get("text", ""), "office": (row["data"].get("actor") or {}).get("office")}
    shown = {"at": iso(row["at"]), "note": note, "petition": _side(code, row["petition_id"], row["case"], row["petition"], lang)}
    return shown if is_responsible(code, row["case"]) else dict(mask_words(shown, lang))


def decision(code: str, row: Json, now: datetime, lang: Language) -> Json:
    """A line of the queue with `must_decide` and `moves`: who had the case, to whom it was handed on, when and in which words."""
    case = row["case"]
    line = queue_item(code, petition_id=row["petition_id"], seq=row["seq"], case=case, petition=row["petition"], now=now, lang=lang)
    moves = [_move(one, lang) for one in row["moves"]]
    shown = {**line, "must_decide": case.get("decider") == code, "moves": moves}
    return shown if is_responsible(code, case) else dict(mask_words(shown, lang))


def _move(one: Json, lang: Language) -> Json:
    data = one["data"]
    to = data.get("to_office") or data.get("proposed_office")
    return {
        "type": one["type"],
        "at": data.get("at"),
        "by": (data.get("actor") or {}).get("office"),
        "to": office(to, lang) if to else None,
        "reason": data.get("reason") or data.get("text"),
    }


def reason_of_lateness(case: Mapping[str, Any], now: datetime) -> str:
    """Whose move it is while time runs out; `-soon` added to what is not late yet: nobody took it up, a superior must decide, the citizen
    was asked, a promise ran, or it is simply being worked on."""
    kind = {
        "received": "in-triage",
        "assigned": "not-accepted",
        "decision-required": "no-decision",
        "information-requested": "citizen-asked",
        "promised": "promise",
    }.get(str(case["state"]), "in-work")
    return kind if is_late(clocks_of(case), now) else f"{kind}-soon"


def lateness(code: str, rows: Iterable[Json], now: datetime, lang: Language) -> Json:
    """`{items, by_reason, by_officer, by_office}`: the cases in their order, and how many there are of each kind."""
    cases = list(rows)
    items = [
        {
            **queue_item(
                code, petition_id=row["petition_id"], seq=row["seq"], case=row["case"], petition=row["petition"], now=now, lang=lang
            ),
            "reason": reason_of_lateness(row["case"], now),
            "officer": row["case"].get("officer"),
        }
        for row in cases
    ]
    return {
        "items": items,
        "by_reason": _counted(item["reason"] for item in items),
        "by_officer": _counted(item["officer"] or "" for item in items),
        "by_office": _counted(item["office"]["code"] for item in items),
    }


def _counted(names: Iterable[str]) -> list[Json]:
    return [{"name": name, "number": number} for name, number in Counter(names).most_common()]
