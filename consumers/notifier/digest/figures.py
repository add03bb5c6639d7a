"""What stands in somebody's digest: numbers and a few cases of each office that he wants and still works at. No words of anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from schemas.authority import Call, Duty, Post, may
from schemas.events.lateness import LATE_SQL
from schemas.reference import below

Json = dict[str, Any]

_POSTS = """
select r.wants, p.duty, p.office from notice_receiver r join digest_post p on p.person_id = r.holder where r.id = %s
"""
_CONDITIONS: Mapping[str, str] = {
    "late": f"queue_office = any(%(offices)s) and {LATE_SQL}",
    "today": f"queue_office = any(%(offices)s) and not {LATE_SQL} and due < %(end)s",
    "decide": "decider = %(office)s or escalated_to = %(office)s",
    "overnight": "queue_office = %(office)s and received_at >= %(since)s",
}
"""By section, in the order in which they are told. Whoever reads the offices below hears what is late there."""
_SECTION = """
select petition_id, category, ward_code, level, due, count(*) over () as number,
       count(*) filter (where officer = %(person)s) over () as mine
from digest_case where {condition} order by urgency, due, petition_id limit %(most)s
"""


@dataclass(frozen=True, slots=True)
class Section:
    """`cases`: the most pressing ones; `mine`: how many of the `number` the reader works on."""

    name: str
    number: int
    mine: int
    cases: Sequence[Json]


@dataclass(frozen=True, slots=True)
class OfficeMorning:
    """`sections`: those with something in them."""

    office: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """`since`: the evening before; `end`: of the day; `most`: cases of a section that are told one by one."""

    now: datetime
    since: datetime
    end: datetime
    most: int


class Figures:
    """Raises psycopg.OperationalError or PoolTimeout when the database is away."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self._pool = pool

    async def of(self, receiver: str, person: str, span: Span) -> list[OfficeMorning]:
        """Offices with something to tell; none for who works there no more."""
        async with self._pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            rows = await (await cursor.execute(_POSTS, (receiver,))).fetchall()
            found = []
            for office, offices in _readable(rows):
                given = {"office": office, "offices": offices, "person": person, "most": span.most}
                given |= {"now": span.now, "since": span.since, "end": span.end}
                sections = [await self._section(cursor, name, given) for name in _CONDITIONS]
                found.append(OfficeMorning(office, tuple(one for one in sections if one.number)))
        return [one for one in found if one.sections]

    async def _section(self, cursor: Any, name: str, given: Json) -> Section:
        await cursor.execute(_SECTION.format(condition=_CONDITIONS[name]), given)
        rows = await cursor.fetchall()
        return Section(name, rows[0]["number"] if rows else 0, rows[0]["mine"] if rows else 0, rows)


def _readable(rows: Sequence[Json]) -> list[tuple[str, list[str]]]:
    """Of the offices that are wanted those where one of the posts lets him act, each with all whose lateness concerns him."""
    posts = [Post(Duty(row["duty"]), row["office"] or None) for row in rows]
    wanted = rows[0]["wants"] if rows else []
    return [
        (office, [office, *(below(office) if may(posts, Call.READ_BRANCH, office) else ())])
        for office in wanted
        if may(posts, Call.ACT, office)
    ]
