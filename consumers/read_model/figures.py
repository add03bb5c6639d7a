"""The queries behind the operations centre's figures: what happened, by the record alone, not what an office says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from consumers.read_model.reading import Reader
from schemas.events.lateness import LATE_SQL
from schemas.platform.instants import day_begin

LEAGUE_DAYS, CHART_DAYS, ESCALATED_SHOWN = 30, 14, 40
"""Days, of which today is one, in the league and in the chart; cases that are shown."""
_OPEN = f"""
select queue_office as office, state, count(*) as open, count(*) filter (where {LATE_SQL}) as overdue,
       count(*) filter (where level = 'urgent') as urgent, min(received_at) as oldest
from petition where queue_office is not null group by 1, 2
"""  # noqa: S608 -- made of constants
_TODAY = "select type, sum(number)::int as number from event_count where day = %(today)s group by 1"
_RECEIVED = """
select (received_at at time zone 'Asia/Ho_Chi_Minh')::date as day, count(*) as number
from petition where received_at >= %(chart)s and channel <> 'sandbox' group by 1
"""
_ANSWERED = """
select day, sum(number)::int as number from event_count where type = 'answered' and day > %(today)s - %(days)s group by 1
"""
_ANSWERS = """
select nullif(office, '') as office, sum(in_time)::int as in_time,
       sum(stars)::float8 / nullif(sum(number) filter (where type = 'rated'), 0) as stars,
       coalesce(sum(number) filter (where type = 'answered'), 0)::int as answered,
       coalesce(sum(number) filter (where type = 'reopened'), 0)::int as reopened
from event_count where type in ('answered', 'rated', 'reopened') and day > %(today)s - %(league)s group by 1
"""
_ESCALATED = """
select petition_id, office, escalation, escalated_to, decider, state, level, category, deadline, received_at,
       petition
from petition where escalated_to is not null order by escalation desc, deadline nulls last limit %(shown)s
"""
_ESCALATED_COUNT = "select count(*) as number from petition where escalated_to is not null"
_NEWEST = "select max(updated_at) as at from petition"
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
    midnight = day_begin(now)
    at = {
        "now": now,
        "today": midnight.date(),
        "chart": midnight - timedelta(days=CHART_DAYS - 1),
        "days": CHART_DAYS,
        "league": LEAGUE_DAYS,
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
