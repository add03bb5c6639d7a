"""The people of an office: how much each has, who is away, and who stands in for whom."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from consumers.read_model.reading import Reader

_LIST = """
select p.id, p.name, a.until as away_until, a.stand_in,
       (select count(*) from petition c where c.officer = p.id and c.queue_office = %(office)s) as cases
from person p left join desk_absence a on a.person_id = p.id and a.office = %(office)s and a.until > %(now)s
where p.disabled_at is null and exists (select from person_post o where o.person_id = p.id and o.office = %(office)s)
order by p.name, p.id
"""
_NAMES = "select id, name from person where id = any(%s)"
_STANDS_IN = "select person_id from desk_absence where stand_in = %(person)s and office = %(office)s and until > %(now)s"
_AWAY = """
insert into desk_absence (person_id, office, stand_in, until) values (%(person)s, %(office)s, %(stand_in)s, %(until)s)
on conflict (person_id, office) do update set stand_in = excluded.stand_in, until = excluded.until returning person_id
"""
_BACK = "delete from desk_absence where person_id = %(person)s and office = %(office)s returning person_id"


async def listed(reader: Reader, office: str, now: datetime) -> list[dict[str, Any]]:
    """`{id, name, away_until, stand_in, cases}`; `cases`: the open ones that he has."""
    return await reader.rows(_LIST, {"office": office, "now": now})


async def names(reader: Reader, ids: Collection[str]) -> dict[str, str]:
    """Of those that are known."""
    return {row["id"]: row["name"] for row in await reader.rows(_NAMES, (list(ids),))} if ids else {}


async def with_absent(reader: Reader, person: str, office: str, now: datetime) -> tuple[str, ...]:
    """The person, and whoever is away and has named him."""
    rows = await reader.rows(_STANDS_IN, {"person": person, "office": office, "now": now})
    return (person, *(row["person_id"] for row in rows))


async def away(reader: Reader, person: str, office: str, until: datetime, stand_in: str | None) -> None:
    """Until then, unless he says something else before."""
    await reader.rows(_AWAY, {"person": person, "office": office, "until": until, "stand_in": stand_in})


async def back(reader: Reader, person: str, office: str) -> None:
    """He is here."""
    await reader.rows(_BACK, {"person": person, "office": office})
