"""Whom a note mentions: `@login` of a person of the office."""

from __future__ import annotations

import re

from psycopg_pool import AsyncConnectionPool

_LOGIN = re.compile(r"(?<![\w@])@([\w.\-]+\w)")
_AT_MOST = 20
_IDS = """
select distinct p.id from person p join person_post o on o.person_id = p.id
where p.login = any(%s) and o.office = %s and p.disabled_at is null
"""


async def mentioned(pool: AsyncConnectionPool, office: str, text: str) -> tuple[str, ...]:
    """The ids of the office's people whose logins the text has; what names nobody is a word like others."""
    logins = list(dict.fromkeys(found.lower() for found in _LOGIN.findall(text)))[:_AT_MOST]
    if not logins:
        return ()
    async with pool.connection() as connection:
        rows = await (await connection.execute(_IDS, (logins, office))).fetchall()
    return tuple(sorted(row[0] for row in rows))
