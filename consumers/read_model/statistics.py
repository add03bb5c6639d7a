"""The query behind the public statistics: by ward, category, office and month, from the same definitions as the operations centre's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from consumers.read_model.public import COUNTED, WHICH
from consumers.read_model.reading import Reader
from consumers.read_model.tally import ANSWERED_SQL, IN_TIME_SQL, STARS_SQL
from schemas.events.lateness import LATE_SQL
from schemas.reference import TRIAGE_OFFICE

DIMENSIONS = ("ward", "category", "office", "month")
_MONTH = "to_char({} at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM')"
# Of an event's data no more than is counted: all of it is sorted, once for each dimension.
# What was received in the span, and what happened in it: an answer counts where it was given, in the month in which it was.
_FACTS = f"""
select p.ward_code as ward, p.category, coalesce(p.office, '{TRIAGE_OFFICE}') as office, {_MONTH.format("p.received_at")} as month,
       'received' as type, null::json as data, {LATE_SQL} as late, null::float8 as hours
from petition p where {COUNTED} and p.received_at >= %(start)s and p.received_at < %(end)s
union all
select p.ward_code, p.category, coalesce(t.data->'case'->>'office', '{TRIAGE_OFFICE}'), {_MONTH.format("t.at")},
       t.type, json_build_object('in_time', t.data->'in_time', 'stars', t.data->'stars'), false,
       extract(epoch from t.at - p.received_at) / 3600
from timeline t join petition p using (petition_id)
where {COUNTED} and t.type in ('answered', 'rated') and t.at >= %(start)s and t.at < %(end)s
"""  # noqa: S608 -- made of constants
_QUERY = f"""
select grouping({", ".join(DIMENSIONS)}) as grouped, {", ".join(DIMENSIONS)}, count(*) filter (where type = 'received') as received,
       {ANSWERED_SQL} as answered, {IN_TIME_SQL} as in_time, count(*) filter (where late) as overdue,
       percentile_cont(0.5) within group (order by hours) filter (where type = 'answered') as hours,
       {STARS_SQL} as stars, count(*) filter (where type = 'rated') as ratings
from ({_FACTS}) as fact group by grouping sets ((), {", ".join(f"({name})" for name in DIMENSIONS)})
"""  # noqa: S608 -- made of constants
_GROUPED = {0b0111: "ward", 0b1011: "category", 0b1101: "office", 0b1110: "month", 0b1111: ""}
"""What PostgreSQL's `grouping` says of a row: a bit for each column by which it is not grouped."""
Row = dict[str, Any]


async def read(reader: Reader, start: datetime, end: datetime, now: datetime) -> list[tuple[str, Row]]:
    """`(dimension, row)` from `start`, before `end`; the total has the dimension "". Raises one of `Away` without a database."""
    rows = await reader.rows(_QUERY, {**WHICH, "start": start, "end": end, "now": now})
    return [(_GROUPED[row["grouped"]], row) for row in rows]
