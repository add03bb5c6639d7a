"""Signing in with a password: few at once, since each costs memory and time, and ever more slowly for who guesses."""

from __future__ import annotations

import asyncio
from typing import Any

from psycopg_pool import AsyncConnectionPool

from schemas.identity.passwords import matches
from schemas.platform.credentials import digest
from schemas.web import Problem

FREE_TRIES, LONGEST_PAUSE_SECONDS = 5, 300
_AT_ONCE, _WAITING = 2, 50

_PERSON = "select id, password from person where login = lower(%s) and disabled_at is null"
_PAUSE = "select ceil(extract(epoch from wait_until - now()))::int from sign_in_failure where login = %s and wait_until > now()"
_FAILED = """
insert into sign_in_failure as known (login, failures, failed_at, wait_until) values (%(login)s, 1, now(), now())
on conflict (login) do update set
    failures = known.failures + 1, failed_at = now(),
    wait_until = now() + make_interval(secs => case when known.failures + 1 < %(free)s then 0
                                               else least(%(longest)s, 2 ^ least(known.failures + 1 - %(free)s, 20)) end)
"""
_FORGET = "delete from sign_in_failure where login = %s"
OVER = "delete from sign_in_failure where failed_at < now() - interval '1 hour'"
"""Failures that count no more."""


class Door:
    """Who comes with a name and a password. Raises psycopg.OperationalError or PoolTimeout without a database."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self._pool = pool
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._inside = 0

    async def enter(self, login: str, password: str) -> str:
        """The person's id. Raise Problem 401 for whatever is wrong, without saying what; 429 after too many of them, 503 when too many
        try at once."""
        if self._inside >= _WAITING:
            raise Problem(503, "busy", headers={"Retry-After": "2"})
        self._inside += 1
        try:
            async with self._turn:
                return await self._let_in(login, password)
        finally:
            self._inside -= 1

    async def _let_in(self, login: str, password: str) -> str:
        key = digest(login.lower())
        async with self._pool.connection(timeout=2) as connection:
            if (pause := await (await connection.execute(_PAUSE, (key,))).fetchone()) is not None:
                raise Problem(429, "sign-in-pause", headers={"Retry-After": str(pause[0])}, seconds=pause[0])
            person = await (await connection.execute(_PERSON, (login,))).fetchone()
            good = await asyncio.to_thread(matches, person and person[1], password)
            if person is None or not good:
                await connection.execute(_FAILED, {"login": key, "free": FREE_TRIES, "longest": LONGEST_PAUSE_SECONDS})
            else:
                await connection.execute(_FORGET, (key,))
        if person is None or not good:
            raise Problem(401, "wrong-password")
        return str(person[0])
