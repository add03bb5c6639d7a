"""Begins what goes out once a day: a delivery for each who wants it, under the day's own id, so that none gets two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from psycopg_pool import AsyncConnectionPool

from consumers.notifier.decide import not_before
from consumers.notifier.digest.morning import Worked, days_since, evening_before, morning_of
from consumers.notifier.policy import DigestPolicy, NoticePolicy, PlacesPolicy

_BEGIN = """
insert into notice_delivery (receiver, event_id, type, seq, at, event, due_at, created_at)
select id, %(id)s, %(type)s, 0, %(now)s, %(event)s, %(due)s, %(now)s from notice_receiver where holder_kind = %(kind)s and state = 'active'
on conflict (receiver, event_id) do nothing
"""


@dataclass(frozen=True, slots=True)
class Round:
    """`type` of what goes out to receivers of the `kind`, on days that `worked`; `since`: from when on that day's is told."""

    type: str
    kind: str
    when: DigestPolicy | PlacesPolicy
    worked: Worked
    since: Callable[[date], datetime]


def rounds(policy: NoticePolicy, worked: Worked) -> tuple[Round, ...]:
    """The morning digest of staff, and the news of places. `worked`: whether the offices do on a day."""
    told = worked if policy.places.working_days else _every_day
    return (
        Round("digest", "person", policy.digest, worked, lambda day: evening_before(day, policy.digest, worked)),
        Round("news", "place", policy.places, told, lambda day: days_since(day, told)),
    )


class Rounds:
    """Raises psycopg.OperationalError or PoolTimeout when the database is away."""

    def __init__(self, pool: AsyncConnectionPool[Any], policy: NoticePolicy, worked: Worked) -> None:
        self._pool, self._policy, self._rounds = pool, policy, rounds(policy, worked)

    async def look(self, now: datetime) -> int:
        """How many were begun; said again and again, by however many processes, each has his once a day."""
        return sum([await self._begin(one, now) for one in self._rounds])

    async def _begin(self, one: Round, now: datetime) -> int:
        day = morning_of(now, one.when, one.worked)
        if day is None:
            return 0
        due = not_before(self._policy.quiet, "email", now)
        event = orjson.dumps({"day": day, "since": one.since(day)}).decode()
        given = {"id": f"{one.type}-{day}", "type": one.type, "kind": one.kind, "now": now, "due": due, "event": event}
        async with self._pool.connection() as connection:
            return int((await connection.execute(_BEGIN, given)).rowcount)


def told_in(event: str) -> tuple[date, datetime]:
    """The day, and since when what came is new, of such a delivery."""
    found = orjson.loads(event)
    return date.fromisoformat(found["day"]), datetime.fromisoformat(found["since"])


def _every_day(_day: date) -> bool:
    return True
