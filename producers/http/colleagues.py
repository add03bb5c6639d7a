"""To whom a case may be handed over: a person who works at the office."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

from producers.http.endpoint import DatabaseAway
from schemas.web import Problem

_WORKS = """
select 1 from person p join person_post o on o.person_id = p.id where p.id = %s and o.office = %s and p.disabled_at is null limit 1
"""


async def check_colleague(pool: AsyncConnectionPool[Any], office: str, fields: dict[str, Any]) -> None:
    """Raise Problem 422 when the action hands over to somebody who does not work there; the case stage knows no persons."""
    to = fields.get("to")
    if fields["action"] != "hand-over" or not isinstance(to, str):
        return
    try:
        async with pool.connection() as connection:
            found = await (await connection.execute(_WORKS, (to.replace("\0", ""), office))).fetchone()
    except (psycopg.OperationalError, TimeoutError) as error:
        raise DatabaseAway(str(error)) from error
    if found is None:
        raise Problem(422, "unknown-colleague")
