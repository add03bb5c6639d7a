"""An Idempotency-Key, or a channel's own id, belongs to one content: the same with another content is refused."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import psycopg
from psycopg_pool import AsyncConnectionPool

from producers.http.lookup import PATIENCE_SECONDS, Digests
from producers.intake.acting import HALF
from schemas.web import Problem

_ACTION = "select substr(data->>'cause', %s) from timeline where petition_id = %s and starts_with(data->>'cause', %s) limit 1"


class Keys:
    """What stands under a key: as this process took it lately, else as the read model shows it.

    Without a database the case stage alone tells a conflict, by a dead letter: petitions are not kept out for that.
    """

    def __init__(self, pool: AsyncConnectionPool, remembered: int = 20_000) -> None:
        self._pool, self._digests = pool, Digests(pool)
        self._remembered = remembered
        self._taken: OrderedDict[str, str] = OrderedDict()

    @asynccontextmanager
    async def petition(self, petition_id: str, digest: str) -> AsyncIterator[None]:
        """While the petition is published; what fails was not taken. Raise Problem 409 for another content."""
        async with self._held(petition_id, digest, lambda: self._digests.of(petition_id)):
            yield

    async def known(self, petition_ids: Sequence[str]) -> str | None:
        """The first of these that is a petition as far as is known here."""
        for petition_id in petition_ids:
            if petition_id in self._taken or await self._digests.of(petition_id) is not None:
                return petition_id
        return None

    @asynccontextmanager
    async def action(self, petition_id: str, action_id: str) -> AsyncIterator[None]:
        """The same for an action: half of its id is the key's, half the content's (`producers.intake.acting`)."""
        scope, content = action_id[:HALF], action_id[HALF:]
        async with self._held(scope, content, lambda: self.acted(petition_id, scope)):
            yield

    @asynccontextmanager
    async def _held(self, id_: str, digest: str, stored: Callable[[], Awaitable[str | None]]) -> AsyncIterator[None]:
        known = self._taken.get(id_)
        _same(known, digest)
        if known is None:
            self._take(id_, digest)  # before anybody is asked: of two at once the second sees the first
        try:
            _same(known or await stored(), digest)
            yield
        except BaseException:
            self._taken.pop(id_, None)
            raise

    def _take(self, id_: str, digest: str) -> None:
        self._taken[id_] = digest
        if len(self._taken) > self._remembered:
            self._taken.popitem(last=False)

    async def acted(self, petition_id: str, scope: str) -> str | None:
        """The content of the action under this scope, as the read model shows it; None where there is none, or no database."""
        try:
            async with self._pool.connection(timeout=PATIENCE_SECONDS) as connection:
                row = await (await connection.execute(_ACTION, (HALF + 1, petition_id, scope))).fetchone()
        except (psycopg.OperationalError, TimeoutError):
            return None
        return str(row[0]) if row else None


def _same(known: str | None, digest: str) -> None:
    if known not in (None, digest):
        raise Problem(409, "key-reused")
