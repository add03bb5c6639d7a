"""The rows of a span: petitions to which something happened in it, as they stood at its end; by the record, so they can be made anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row

from consumers.open_data.columns import COLUMNS
from consumers.read_model.public import LISTED, WHICH
from schemas.events.lateness import LATE_CLOCKS
from schemas.events.numbers import Numbers
from schemas.platform.instants import HANOI

Row = dict[str, Any]

# What a petition is about, or whether it is for all, may have been corrected since: it must be so now, and have been so then.
_QUERY = f"""
select p.petition_id, p.received_at, p.ward_code as ward, stood.category, stood.level, stood.state, stood.office, stood.deadline,
       stood.escalation, answer.at as answered_at, answer.result, answer.in_time, past.was_late, past.transfers, past.reopened
from petition p
cross join lateral (
    select c->>'category' as category, c->>'level' as level, c->>'state' as state, c->>'office' as office,
           (c->>'deadline')::timestamptz as deadline, coalesce((c->>'escalation')::int, 0) as escalation
    from (select data->'case' as c from timeline where petition_id = p.petition_id and at < %(end)s order by seq desc limit 1) as newest
) stood
left join lateral (
    select at, data->>'result' as result, (data->>'in_time')::boolean as in_time from timeline
    where petition_id = p.petition_id and type = 'answered' and at < %(end)s order by seq desc limit 1
) answer on true
cross join lateral (
    select count(*) filter (where type = 'transferred') as transfers, count(*) filter (where type = 'reopened') as reopened,
           coalesce(bool_or(type = 'breached' and data->>'clock' = any(%(clocks)s)), false) as was_late
    from timeline where petition_id = p.petition_id and at < %(end)s
) past
where {LISTED} and stood.category = any(%(field)s) and stood.state <> all(%(unlisted)s)
  and exists (select from timeline where petition_id = p.petition_id and at >= %(start)s and at < %(end)s)
"""  # noqa: S608 -- made of constants


@dataclass(frozen=True, slots=True)
class Span:
    """Days in Hanoi, both included."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """Also that of its folder."""
        return f"{self.first}" if self.first == self.last else f"{self.first}_{self.last}"

    @property
    def start(self) -> datetime:
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        """Before this instant."""
        return _midnight(self.last + timedelta(days=1))


def read(connection: psycopg.Connection[Any], span: Span, numbers: Numbers) -> list[Row]:
    """In order of reception, and of their numbers. Raises psycopg.OperationalError without a database."""
    values = {**WHICH, "start": span.start, "end": span.end, "clocks": sorted(LATE_CLOCKS)}
    with connection.cursor(row_factory=dict_row) as cursor:
        found = [_row(row, numbers) for row in cursor.execute(_QUERY, values)]
    return sorted(found, key=lambda row: (row["received_on"], row["number"]))


def _row(row: Row, numbers: Numbers) -> Row:
    days = {name: row[f"{name.removesuffix('_on')}_at"] for name in ("received_on", "answered_on")} | {"deadline_on": row["deadline"]}
    shown = {**row, "number": numbers.of(row["petition_id"]), **{name: _day(at) for name, at in days.items()}}
    return {column.name: shown[column.name] for column in COLUMNS}


def _day(instant: datetime | None) -> date | None:
    return instant.astimezone(HANOI).date() if instant else None


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=HANOI)
