"""Which content the read model has under a petition's id. What is asked for while a query is under way goes with the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import psycopg
from psycopg_pool import AsyncConnectionPool

PATIENCE_SECONDS = 0.5
Found = dict[str, str | None]
_QUERY = "select petition_id, petition->>'content_digest' from petition where petition_id = any(%s)"


class Digests:
    """One query at a time, for all that wait: a query costs as much as a fifth of a call (0.23 ms), a place in one a fifth of that."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool
        self._turn = asyncio.Lock()
        self._waiting: set[str] = set()
        self._next: asyncio.Task[Found] | None = None

    async def of(self, petition_id: str) -> str | None:
        """None where there is no such petition, or no digest of it, or no database that answers within `PATIENCE_SECONDS`."""
        self._waiting.add(petition_id)
        if self._next is None:
            self._next = asyncio.create_task(self._ask())
        return (await asyncio.shield(self._next)).get(petition_id)

    async def _ask(self) -> Found:
        async with self._turn:
            ids, self._waiting, self._next = self._waiting, set(), None
            return await self._read(ids)

    async def _read(self, ids: Collection[str]) -> Found:
        try:
            async with self._pool.connection(timeout=PATIENCE_SECONDS) as connection:
                return dict(await (await connection.execute(_QUERY, (list(ids),))).fetchall())
        except (psycopg.OperationalError, TimeoutError):
            return {}
