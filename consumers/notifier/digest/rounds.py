"""Begins the digests of a morning: a delivery for each who wants one, under the day's own id, so that none gets two."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import orjson
from psycopg_pool import AsyncConnectionPool

from consumers.notifier.digest.morning import Worked, evening_before, morning_of
from consumers.notifier.policy import DigestPolicy

TYPE = "digest"
_BEGIN = """
insert into notice_delivery (receiver, event_id, type, seq, at, event, due_at, created_at)
select id, %(id)s, %(type)s, 0, %(now)s, %(event)s, %(now)s, %(now)s from notice_receiver where holder_kind = 'person' and state = 'active'
on conflict (receiver, event_id) do nothing
"""


class Rounds:
    """Raises psycopg.OperationalError or PoolTimeout when the database is away."""

    def __init__(self, pool: AsyncConnectionPool[Any], policy: DigestPolicy, worked: Worked) -> None:
        self._pool, self._policy, self._worked = pool, policy, worked

    async def look(self, now: datetime) -> int:
        """How many were begun; said again and again, by however many processes, each has his once a day."""
        day = morning_of(now, self._policy, self._worked)
        if day is None:
            return 0
        since = evening_before(day, self._policy, self._worked)
        given = {"id": f"{TYPE}-{day}", "type": TYPE, "now": now, "event": orjson.dumps({"day": day, "since": since}).decode()}
        async with self._pool.connection() as connection:
            return int((await connection.execute(_BEGIN, given)).rowcount)


def told_in(event: str) -> tuple[date, datetime]:
    """The day, and since when what came is new, of a digest's delivery."""
    found = orjson.loads(event)
    return date.fromisoformat(found["day"]), datetime.fromisoformat(found["since"])
