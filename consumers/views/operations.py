"""The operations centre's figures, in words: totals, days, league, escalations. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from consumers.read_model.figures import CHART_DAYS, Row, Rows
from consumers.views.citizen import Json, office
from schemas.platform.instants import HANOI, iso
from schemas.platform.masking import mask
from schemas.reference import categories
from schemas.reference.texts import Language, words

_TEXT_SHOWN = 200


def figures(rows: Rows, now: datetime, lang: Language) -> Json:
    """The answer's part that comes from the database."""
    today: dict[str, int] = defaultdict(int, {row["type"]: row["number"] for row in rows.today})
    days = _days(now)
    received = {row["day"]: row["number"] for row in rows.received}
    answered = {row["day"]: row["number"] for row in rows.answered}
    return {
        "today": {
            "received": received.get(days[-1], 0),
            **{what: today[what] for what in ("answered", "closed", "breached", "escalated", "answer-returned", "transferred", "reopened")},
        },
        "open": _totals(rows.open, lang),
        "days": [{"day": day.isoformat(), "received": received.get(day, 0), "answered": answered.get(day, 0)} for day in days],
        "league": league(rows.open, rows.answers, now, lang),
        "escalations": {"total": rows.escalated_count, "items": [_escalation(row, lang) for row in rows.escalated]},
    }


def without_words(found: Json) -> Json:
    """The same for who may see numbers alone: without the cases that have escalated, and what stands in them."""
    return {**found, "escalations": {**found["escalations"], "items": []}}


def _days(now: datetime) -> list[Any]:
    today = now.astimezone(HANOI).date()
    return [today - timedelta(days=back) for back in range(CHART_DAYS - 1, -1, -1)]


def _totals(rows: Iterable[Row], lang: Language) -> Json:
    states: dict[str, int] = defaultdict(int)
    sums = {"total": 0, "overdue": 0, "urgent": 0}
    for row in rows:
        states[row["state"]] += row["open"]
        sums["total"] += row["open"]
        sums["overdue"] += row["overdue"]
        sums["urgent"] += row["urgent"]
    named = [{"state": state, "name": words("state", state, lang), "number": states[state]} for state in sorted(states)]
    return {**sums, "states": named}


def league(open_rows: Iterable[Row], answer_rows: Iterable[Row], now: datetime, lang: Language) -> list[Json]:
    """One line for each office, the worst first."""
    lines: dict[str, Json] = {}

    def line(code: str | None) -> Json:
        empty = {"open": 0, "overdue": 0, "oldest_days": None, "answered": 0, "in_time": 0, "stars": None, "reopened": 0}
        return lines.setdefault(code or "", {"office": office(code or "", lang), **empty})

    for row in open_rows:
        found, age = line(row["office"]), round((now - row["oldest"]) / timedelta(days=1), 1)
        found["open"] += row["open"]
        found["overdue"] += row["overdue"]
        found["oldest_days"] = max(found["oldest_days"] or 0.0, age)
    for row in answer_rows:
        if row["office"]:
            stars = None if row["stars"] is None else round(float(row["stars"]), 1)
            line(row["office"]).update(answered=row["answered"], in_time=row["in_time"], stars=stars, reopened=row["reopened"])
    for found in lines.values():
        found["share"] = share(found["in_time"], found["answered"], found["overdue"])
    return sorted(lines.values(), key=_worst_first)


def share(in_time: int, answered: int, overdue: int) -> float | None:
    """Answers in time among all that had to be given: those given, and those that are late now; so silence counts against an office. None
    where nothing was due."""
    due = answered + overdue
    return round(in_time / due, 3) if due else None


def _worst_first(found: Json) -> tuple[int, float, int, str]:
    share = 2.0 if found["share"] is None else found["share"]
    return (-found["overdue"], share, -found["open"], found["office"]["code"])


def _escalation(row: Row, lang: Language) -> Json:
    category = categories().get(row["category"])
    return {
        "petition_id": row["petition_id"],
        "rung": row["escalation"],
        "office": office(row["office"], lang) if row["office"] else None,
        "to": office(row["escalated_to"], lang),
        "decider": office(row["decider"], lang) if row["decider"] else None,
        "state": row["state"],
        "state_name": words("state", row["state"], lang),
        "level": row["level"],
        "category_name": (category.name_vi if lang == "vi" else category.name_en) if category else row["category"],
        "deadline": iso(row["deadline"]) if row["deadline"] else None,
        "received_at": iso(row["received_at"]),
        "text": mask((row["petition"] or {}).get("text", "")[:_TEXT_SHOWN], lang),
    }
