"""Sessions of persons: kept here, known to the browser by a random name alone, of which only the digest is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from psycopg_pool import AsyncConnectionPool

from schemas.authority import Post
from schemas.identity.persons import posts_of
from schemas.identity.settings import IdentitySettings
from schemas.platform.credentials import digest, new_token

_FIND = """
select p.id, p.name, s.seen_at < now() - interval '1 minute',
       (select json_agg(json_build_array(o.duty, o.office)) from person_post o where o.person_id = p.id)
from session s join person p on p.id = s.person_id
where s.digest = %(digest)s and s.ends_at > now() and s.seen_at > now() - %(idle)s and p.disabled_at is null
"""
_SEEN = "update session set seen_at = now() where digest = %(digest)s"
_BEGIN = "insert into session (digest, person_id, ends_at, id_token) values (%s, %s, now() + %s, %s)"
_END = "delete from session where digest = %s returning id_token"
OVER = "delete from session where ends_at < now() or seen_at < now() - %s"
"""Those that have ended; %s: for how long one may stand unused."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in. `id` is what events say of him; `name` is for himself alone."""

    id: str
    name: str
    posts: tuple[Post, ...]


def form_token(secret: str) -> str:
    """What a page of the session sends with every call that changes something; another site can neither read nor guess it."""
    return digest(f"form:{secret}").hex()


class Sessions:
    """Each call asks the database, so that what a command ends is over at once. Raises psycopg.OperationalError or PoolTimeout."""

    def __init__(self, pool: AsyncConnectionPool[Any], settings: IdentitySettings) -> None:
        self._pool = pool
        self._longest, self._idle = timedelta(hours=settings.session_hours), timedelta(minutes=settings.session_idle_minutes)

    async def find(self, secret: str) -> Person | None:
        """The person, with the posts that he has now; None when the session is over, or he is disabled."""
        key = {"digest": digest(secret), "idle": self._idle}
        async with self._pool.connection(timeout=2) as connection:
            row = await (await connection.execute(_FIND, key)).fetchone()
            if row is not None and row[2]:
                await connection.execute(_SEEN, key)
        return None if row is None else Person(row[0], row[1], posts_of(row[3] or ()))

    async def begin(self, person: str, before: str | None, id_token: str | None = None) -> str:
        """A new session's secret; the one that the browser had `before` ends, so that nobody can plant one."""
        secret = new_token()
        async with self._pool.connection(timeout=2) as connection, connection.transaction():
            await connection.execute(OVER, (self._idle,))
            if before is not None:
                await connection.execute(_END, (digest(before),))
            await connection.execute(_BEGIN, (digest(secret), person, self._longest, id_token))
        return secret

    async def end(self, secret: str) -> str | None:
        """It is over; the provider's token of it, when it was begun there."""
        async with self._pool.connection(timeout=2) as connection:
            row = await (await connection.execute(_END, (digest(secret),))).fetchone()
        return None if row is None else row[0]
