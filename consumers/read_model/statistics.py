"""The query behind the public statistics: by ward, category, office and month, from the same definitions as the operations centre's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from consumers.read_model.public import COUNTED, WHICH
from consumers.read_model.reading import Reader
from consumers.read_model.tally import ANSWERED, IN_TIME, RATED, STARS
from schemas.events.lateness import LATE_SQL
from schemas.reference import TRIAGE_OFFICE

DIMENSIONS = ("ward", "category", "office", "month")
_MONTH = "to_char({} at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM')"
# What was received in the span, and what happened in it: an answer counts where it was given, in the month in which it was. Of an event no
# more than is counted: all facts are gone through twice.
_FACTS = f"""
select p.ward_code as ward, p.category, coalesce(p.office, '{TRIAGE_OFFICE}') as office, {_MONTH.format("p.received_at")} as month,
       true as received, false as answered, false as in_time, {LATE_SQL} as late, null::float4 as hours, null::int2 as stars
from petition p where {COUNTED} and p.received_at >= %(start)s and p.received_at < %(end)s
union all
select p.ward_code, p.category, coalesce(t.data->'case'->>'office', '{TRIAGE_OFFICE}'), {_MONTH.format("t.at")},
       false, {ANSWERED}, {IN_TIME}, false, case when {ANSWERED} then extract(epoch from t.at - p.received_at) / 3600 end,
       case when {RATED} then {STARS} end
from timeline t join petition p using (petition_id)
where {COUNTED} and ({ANSWERED} or {RATED}) and t.at >= %(start)s and t.at < %(end)s
"""  # noqa: S608 -- made of constants
_BY = ", ".join(DIMENSIONS)
_ADDED = ", ".join(f"coalesce(sum({name}), 0)::int as {name}" for name in ("received", "answered", "in_time", "overdue", "ratings"))
_SETS = f"group by grouping sets ((), {', '.join(f'({name})' for name in DIMENSIONS)})"
# Numbers add up, so they are counted once and then added up by each dimension; a median must be looked for in each by itself.
_QUERY = f"""
with fact as materialized ({_FACTS}), cell as (
    select {_BY}, count(*) filter (where received) as received, count(*) filter (where answered) as answered,
           count(*) filter (where in_time) as in_time, count(*) filter (where late) as overdue, sum(stars) as stars, count(stars) as ratings
    from fact group by {_BY}
), number as (
    select grouping({_BY}) as grouped, {_BY}, {_ADDED}, sum(stars)::float8 / nullif(sum(ratings), 0) as stars
    from cell {_SETS}
), median as (
    select grouping({_BY}) as grouped, {_BY}, percentile_cont(0.5) within group (order by hours) as hours
    from fact where answered {_SETS}
)
select number.*, median.hours from number left join median
on number.grouped = median.grouped and {" and ".join(f"number.{name} is not distinct from median.{name}" for name in DIMENSIONS)}
"""  # noqa: S608 -- made of constants
_GROUPED = {0b0111: "ward", 0b1011: "category", 0b1101: "office", 0b1110: "month", 0b1111: ""}
"""What PostgreSQL's `grouping` says of a row: a bit for each column by which it is not grouped."""
Row = dict[str, Any]


async def read(reader: Reader, start: datetime, end: datetime, now: datetime) -> list[tuple[str, Row]]:
    """`(dimension, row)` from `start`, before `end`; the total has the dimension "". Raises one of `Away` without a database."""
    rows = await reader.rows(_QUERY, {**WHICH, "start": start, "end": end, "now": now})
    return [(_GROUPED[row["grouped"]], row) for row in rows]
