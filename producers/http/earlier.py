"""A citizen's earlier petitions, for the office that has just looked at his contact: its own cases alone, by the mark of his phone number
that the hotline finds callers by. What was erased has none."""

from __future__ import annotations

from typing import Any

from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from schemas.platform.instants import iso
from schemas.reference import TRIAGE_OFFICE

SHOWN = 20
_QUERY = """
select p.petition_id, p.state, p.category, p.received_at from contact_key mine
join contact_key other on other.phone = mine.phone and other.key is not null and other.petition_id <> mine.petition_id
join petition p on p.petition_id = other.petition_id
where mine.petition_id = %(petition)s and coalesce(p.office, %(triage)s) = %(office)s
order by p.received_at desc, p.petition_id limit %(most)s
"""


async def earlier(pool: AsyncConnectionPool[Any], office: str, petition_id: str) -> list[dict[str, Any]]:
    """`{petition_id, state, category, received_at}`, the newest first. Raises psycopg.OperationalError, TimeoutError."""
    given = {"office": office, "triage": TRIAGE_OFFICE, "petition": petition_id, "most": SHOWN}
    async with pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        rows = await (await cursor.execute(_QUERY, given)).fetchall()
    return [{**row, "received_at": iso(row["received_at"])} for row in rows]
