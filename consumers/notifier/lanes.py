"""What is due, a lane a receiver: of each the first delivery alone is tried, so that its order holds and a dead one delays nobody.

Who takes a lane has it for a while (`busy_until`); when its process dies the lease runs out, and another sends the same thing once more
under the same id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

LEASE_SECONDS = 90
_TAKE = f"""
with free as (
    select r.id from notice_receiver r where r.busy_until <= now() and r.retry_at <= now() and r.medium = any(%(media)s)
      and exists (select 1 from notice_delivery d where d.receiver = r.id and d.state = 'waiting' and d.due_at <= %(now)s)
    order by r.busy_until limit %(limit)s for update skip locked
), taken as (
    update notice_receiver r set busy_until = now() + interval '{LEASE_SECONDS} s' from free where r.id = free.id returning r.*
)
select taken.id as receiver, taken.holder_kind, taken.holder, taken.medium, taken.address, taken.address_hash, taken.url, taken.key_path,
       taken.secret, coalesce(taken.secret_until > now(), false) as both_secrets, taken.language, taken.failures,
       d.id, d.petition_id, d.event_id, d.type, d.seq, d.at, d.event::text as event, d.tries, d.created_at
from taken cross join lateral (
    select * from notice_delivery where receiver = taken.id and state = 'waiting' and due_at <= %(now)s order by due_at, id limit 1
) d
"""  # noqa: S608 — a constant
_SENT = "update notice_delivery set state = %s, sent_at = now(), event = null, error = null where id = %s"
_FREE = "update notice_receiver set busy_until = now(), retry_at = now() + make_interval(secs => %s), failures = %s where id = %s"
_FAILED = "update notice_delivery set tries = tries + 1, error = %s, state = %s where id = %s"
_END = "delete from notice_receiver where id = %s and holder_kind = 'citizen'"
_WAITING = """
select r.medium, count(*) filter (where d.state = 'waiting' and d.due_at <= %(now)s) as waiting,
       count(*) filter (where d.state = 'parked') as parked,
       coalesce(extract(epoch from %(now)s - min(d.due_at) filter (where d.state = 'waiting' and d.due_at <= %(now)s)), 0) as oldest
from notice_delivery d join notice_receiver r on r.id = d.receiver where d.state in ('waiting', 'parked') group by r.medium
"""
_SWEEP = """
delete from notice_delivery where state in ('sent', 'silent') and sent_at < now() - interval '14 days'
"""
_UNCONFIRMED = """
delete from notice_receiver where state = 'waiting'
   and created_at < now() - case holder_kind when 'place' then interval '1 day' else interval '3 days' end
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """By medium: how many are due, how many parked, how long the oldest has been due (s)."""

    medium: str
    waiting: int
    parked: int
    oldest: float


class Lanes:
    """Raises psycopg.OperationalError or PoolTimeout when the database is away."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self._pool = pool

    async def take(self, media: Sequence[str], now: datetime, limit: int) -> list[dict[str, Any]]:
        """The first due delivery of so many free lanes, with its receiver; `now` by the city's clock."""
        async with self._pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(_TAKE, {"media": list(media), "now": now, "limit": limit})
            found: list[dict[str, Any]] = await cursor.fetchall()
        return found

    async def done(self, row: dict[str, Any], *, silent: bool = False) -> None:
        """It was sent, or there is nobody to be told any more; the lane is free and well."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_SENT, ("silent" if silent else "sent", row["id"]))
            await connection.execute(_FREE, (0, 0, row["receiver"]))

    async def failed(self, row: dict[str, Any], error: str, *, pause: float, parked: bool) -> None:
        """It was not; the receiver is left alone for `pause` seconds. A parked one holds up none of those behind it."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_FAILED, (error, "parked" if parked else "waiting", row["id"]))
            await connection.execute(_FREE, (pause, row["failures"] + 1, row["receiver"]))

    async def end(self, row: dict[str, Any]) -> None:
        """There is no such receiver any more: nothing is kept of a citizen's, what waits included."""
        async with self._pool.connection() as connection:
            await connection.execute(_END, (row["receiver"],))

    async def waiting(self, now: datetime) -> list[Waiting]:
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_WAITING, {"now": now})).fetchall()
        return [Waiting(medium, waiting, parked, float(oldest)) for medium, waiting, parked, oldest in rows]

    async def sweep(self) -> None:
        """Forget what was sent two weeks ago, and wishes that nobody confirmed in three days, of a place in one."""
        async with self._pool.connection() as connection:
            await connection.execute(_SWEEP)
            await connection.execute(_UNCONFIRMED)
