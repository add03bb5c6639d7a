"""The operations centre's figures, from the read model alone: what happened, not what an office says of itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from consumers.read_model.reading import Reader
from consumers.views.citizen import Json, office
from schemas.events.lateness import LATE_SQL
from schemas.platform.instants import HANOI, iso
from schemas.reference import categories
from schemas.reference.texts import Language, words

LEAGUE_DAYS, CHART_DAYS, ESCALATED_SHOWN = 30, 14, 40

_OPEN = f"""
select queue_office as office, state, count(*) as open, count(*) filter (where {LATE_SQL}) as overdue,
       count(*) filter (where level = 'urgent') as urgent, min(received_at) as oldest
from petition where queue_office is not null group by 1, 2
"""  # noqa: S608 -- made of constants
_TODAY = "select type, count(*) as number from timeline where at >= %(today)s group by 1"
_RECEIVED = """
select (received_at at time zone 'Asia/Ho_Chi_Minh')::date as day, count(*) as number
from petition where received_at >= %(chart)s group by 1
"""
_ANSWERED = """
select (at at time zone 'Asia/Ho_Chi_Minh')::date as day, count(*) as number
from timeline where type = 'answered' and at >= %(chart)s group by 1
"""
_ANSWERS = """
select data->'case'->>'office' as office, count(*) filter (where type = 'answered') as answered,
       count(*) filter (where type = 'answered' and (data->>'in_time')::boolean) as in_time,
       avg((data->>'stars')::int) filter (where type = 'rated') as stars,
       count(*) filter (where type = 'reopened') as reopened
from timeline where type in ('answered', 'rated', 'reopened') and at >= %(league)s group by 1
"""
_ESCALATED = """
select petition_id, office, escalation, escalated_to, decider, state, level, category, deadline, received_at,
       left(petition->>'text', 200) as text
from petition where escalated_to is not null order by escalation desc, deadline nulls last limit %(shown)s
"""
_ESCALATED_COUNT = "select count(*) as number from petition where escalated_to is not null"
_NEWEST = """
select greatest((select max(at) from timeline where at >= %(today)s),
                (select max(updated_at) from petition where received_at >= %(chart)s)) as at
"""
_OFFSETS = "select partition, next_offset from consumer_offset where consumer = 'projector'"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """What the queries gave, still without names and shares."""

    open: list[Row]
    today: list[Row]
    received: list[Row]
    answered: list[Row]
    answers: list[Row]
    escalated: list[Row]
    escalated_count: int
    newest: datetime | None
    next_offsets: dict[int, int]


async def read(reader: Reader, now: datetime) -> Rows:
    """`now`: on the service's clock. Raises one of `reading.Away`."""
    midnight = now.astimezone(HANOI).replace(hour=0, minute=0, second=0, microsecond=0)
    at = {
        "now": now,
        "today": midnight,
        "chart": midnight - timedelta(days=CHART_DAYS - 1),
        "league": now - timedelta(days=LEAGUE_DAYS),
        "shown": ESCALATED_SHOWN,
    }
    return Rows(
        open=await reader.rows(_OPEN, at),
        today=await reader.rows(_TODAY, at),
        received=await reader.rows(_RECEIVED, at),
        answered=await reader.rows(_ANSWERED, at),
        answers=await reader.rows(_ANSWERS, at),
        escalated=await reader.rows(_ESCALATED, at),
        escalated_count=(await reader.rows(_ESCALATED_COUNT, at))[0]["number"],
        newest=(await reader.rows(_NEWEST, at))[0]["at"],
        next_offsets={row["partition"]: row["next_offset"] for row in await reader.rows(_OFFSETS, at)},
    )


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
    """One line for each office, the worst first. `share`: answers in time among all that had to be given: those given, and those
    that are late now; so silence counts against an office. None where nothing was due."""
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
        due = found["answered"] + found["overdue"]
        found["share"] = round(found["in_time"] / due, 3) if due else None
    return sorted(lines.values(), key=_worst_first)


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
        "text": row["text"] or "",
    }
