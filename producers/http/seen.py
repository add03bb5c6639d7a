"""What the asker had seen of the case (`If-Match`), and what has come since: then his action is refused, and he reads what."""

from __future__ import annotations

import re
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool
from starlette.requests import Request

from producers.http.endpoint import DatabaseAway
from schemas.platform.instants import iso
from schemas.reference import texts
from schemas.reference.texts import Language
from schemas.web import Problem, broken

_ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')
_SINCE = """
select seq, type, at, data->>'cause', data->'actor'->>'role', data->'actor'->>'office', data->'actor'->>'id'
from timeline where petition_id = %s and seq > %s order by seq limit 20
"""


def seen_by(request: Request) -> int | None:
    """The event's number in `If-Match`, as a case's `ETag` gives it; None without one. Raise Problem 400 for anything else."""
    given = request.headers.get("if-match")
    if given is None or given.strip() == "*":
        return None
    found = _ETAG.fullmatch(given.strip())
    if found is None or int(found[1]) < 1:
        raise broken("If-Match", "etag")
    return int(found[1])


async def refuse_stale(pool: AsyncConnectionPool[Any], petition_id: str, seen: int, action_id: str, lang: Language) -> None:
    """Raise Problem 412 with the events behind `seen`, unless they came of this very action, which then is only sent again.

    Two who ask at once may both pass; the case stage, which gets `seen` with the action, lets only the first.
    """
    try:
        async with pool.connection() as connection:
            rows = await (await connection.execute(_SINCE, (petition_id, seen))).fetchall()
    except (psycopg.OperationalError, TimeoutError) as error:
        raise DatabaseAway(str(error)) from error
    if rows and all(row[3] != action_id for row in rows):
        raise Problem(412, "case-changed", members={"events": [_event(row, lang) for row in rows]})


def _event(row: Any, lang: Language) -> dict[str, Any]:
    seq, what, at, _, *actor = row
    who = dict(zip(("role", "office", "id"), actor, strict=True))
    return {"seq": seq, "type": what, "time": iso(at), "title": texts.title(what, lang), "actor": who}
