"""Who has a case open, and who writes at it. A page says so again and again while it is open; a moment after the last time it is over."""

from __future__ import annotations

from typing import Any

from consumers.read_model.reading import Reader
from schemas.identity.callers import Acting

HOLDS_SECONDS = 25
"""A page says it every ten seconds: two that are lost change nothing."""
_HERE = """
insert into desk_presence (petition_id, person_id, office, name, writing, until)
values (%(petition)s, %(person)s, %(office)s, %(name)s, %(writing)s, now() + make_interval(secs => %(seconds)s))
on conflict (petition_id, person_id) do update set writing = excluded.writing, until = excluded.until, office = excluded.office
returning petition_id
"""
_GONE = "delete from desk_presence where petition_id = %(petition)s and person_id = %(person)s returning petition_id"
OVER = "delete from desk_presence where until < now()"
"""Those whose page was closed without a word."""
_AT_CASE = "select person_id, name, writing from desk_presence where petition_id = %(petition)s and until > now() order by name"
_AT_OFFICE = """
select petition_id, person_id, name, writing from desk_presence where office = %(office)s and until > now() order by petition_id, name
"""


async def here(reader: Reader, acting: Acting, petition_id: str, *, writing: bool) -> list[dict[str, Any]]:
    """The person has the case open; all who have: `{person_id, name, writing}`."""
    given = {"petition": petition_id, "person": acting.id, "office": acting.office, "name": acting.name}
    await reader.rows(_HERE, {**given, "writing": writing, "seconds": HOLDS_SECONDS})
    return await reader.rows(_AT_CASE, {"petition": petition_id})


async def gone(reader: Reader, acting: Acting, petition_id: str) -> list[dict[str, Any]]:
    """The person has closed it; who still has it open."""
    await reader.rows(_GONE, {"petition": petition_id, "person": acting.id})
    return await reader.rows(_AT_CASE, {"petition": petition_id})


async def at_office(reader: Reader, office: str) -> list[dict[str, Any]]:
    """Who of the office has what open."""
    return await reader.rows(_AT_OFFICE, {"office": office})
