"""What is new at a place: the petitions that anybody may see, received there on some days. Of their words only the place is opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from consumers.notifier.places.place import Place
from consumers.read_model.public import LISTED, WHICH
from consumers.views.public import shown_street
from schemas.events.numbers import Numbers
from schemas.events.sealing import Sealing
from schemas.platform.instants import HANOI

_LOOKED_AT = 2000
"""So many petitions are looked at for one mail, and no more."""
_NEW = f"""
select p.petition_id, p.category, p.received_at, p.petition from followed_case p
where {LISTED} and (p.ward_code = any(%(wards)s) or (%(whole)s and p.ward_code is null))
  and p.received_at >= %(since)s and p.received_at < %(end)s
order by p.received_at desc, p.petition_id desc limit {_LOOKED_AT}
"""  # noqa: S608 -- made of constants


@dataclass(frozen=True, slots=True)
class Reported:
    """A petition as anybody may read of it: `number` is its public one, `on` a day in Hanoi."""

    number: str
    category: str
    street: str | None
    on: date


class News:
    """Raises psycopg.OperationalError or PoolTimeout when the database is away."""

    def __init__(self, pool: AsyncConnectionPool[Any], sealing: Sealing, numbers: Numbers) -> None:
        self._pool, self._sealing, self._numbers = pool, sealing, numbers

    async def of(self, place: Place, since: datetime, end: datetime) -> Sequence[Reported]:
        """The newest first; those in the place's street alone, where it has one. Of a whole street also those of which it is not known in
        which of its wards they are: who names a street alone has often not said more."""
        given = {**WHICH, "wards": list(place.wards), "whole": place.ward is None, "since": since, "end": end}
        async with self._pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            rows = await (await cursor.execute(_NEW, given)).fetchall()
        found = map(self._reported, rows)
        return [one for one in found if place.street is None or one.street == place.street_name]

    def _reported(self, row: dict[str, Any]) -> Reported:
        street = shown_street({"petition": self._sealing.open(row["petition"])})
        on = row["received_at"].astimezone(HANOI).date()
        return Reported(self._numbers.of(row["petition_id"]), row["category"], street, on)
