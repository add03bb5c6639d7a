"""Saved views: a filter with a name, a person's own or shared with the office."""

from __future__ import annotations

from typing import Any

from consumers.read_model.reading import Reader
from schemas.identity.callers import Acting

AT_MOST = 30
_LIST = """
select id, name, query, shared, person_id = %(person)s as mine from desk_view
where office = %(office)s and (shared or person_id = %(person)s) order by shared desc, name, id
"""
_SAVE = """
insert into desk_view (office, person_id, shared, name, query)
select %(office)s, %(person)s, %(shared)s, %(name)s, %(query)s
where (select count(*) from desk_view where office = %(office)s and person_id = %(person)s) < %(most)s
returning id, name, query, shared, true as mine
"""
_REMOVE = "delete from desk_view where id = %(id)s and office = %(office)s and person_id = %(person)s returning id"


async def listed(reader: Reader, acting: Acting) -> list[dict[str, Any]]:
    """The office's shared ones, then the person's own: `{id, name, query, shared, mine}`."""
    return await reader.rows(_LIST, {"office": acting.office, "person": acting.id or ""})


async def save(reader: Reader, acting: Acting, name: str, query: str, *, shared: bool) -> dict[str, Any] | None:
    """The new one; None when the person has `AT_MOST` already."""
    given = {"office": acting.office, "person": acting.id, "name": name, "query": query, "shared": shared, "most": AT_MOST}
    return next(iter(await reader.rows(_SAVE, given)), None)


async def remove(reader: Reader, acting: Acting, number: int) -> bool:
    """Whether there was such a view of this person."""
    return bool(await reader.rows(_REMOVE, {"id": number, "office": acting.office, "person": acting.id}))
