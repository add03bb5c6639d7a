"""Whose token this is: answered from memory, as the table had it a moment ago and the credentials file when the process started."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from schemas.platform.credentials import Credentials, Holder, Kind, digest
from schemas.platform.logs import log

_ALL = """
select digest, kind, holder, from_file, revoked_at is not null, extract(epoch from expires_at)::float8
from machine_token where revoked_at is null or from_file
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A token of the table. `expires_at`: seconds since the epoch, None for never."""

    holder: Holder
    from_file: bool
    revoked: bool
    expires_at: float | None


class TokenBook:
    """Looks tokens up. While the database is away the last that was read holds on, so that intake goes on; what expires still expires."""

    def __init__(self, credentials: Credentials, now: Callable[[], float] = time.time) -> None:
        self._file, self._now = credentials, now
        self._entries: Mapping[bytes, Entry] = {}

    def holder_of(self, token: str) -> Holder | None:
        """None for a token that is unknown, expired or revoked. One of the file holds while the table has nothing against it."""
        key = digest(token)
        entry = self._entries.get(key)
        if entry is None:
            return self._file.holders.get(key)
        if entry.revoked or (entry.expires_at is not None and entry.expires_at <= self._now()):
            return None
        return self._file.holders.get(key) if entry.from_file else entry.holder

    async def read(self, pool: AsyncConnectionPool[Any]) -> None:
        """Take up the table as it is now. Raises psycopg.OperationalError or PoolTimeout when it cannot be read."""
        async with pool.connection(timeout=2) as connection:
            rows = await (await connection.execute(_ALL)).fetchall()
        self._entries = {bytes(row[0]): Entry(Holder(Kind(row[1]), row[2]), row[3], row[4], row[5]) for row in rows}

    async def keep_up(self, pool: AsyncConnectionPool[Any], every_seconds: float) -> None:
        """Read it again and again, until cancelled."""
        while True:
            try:
                await self.read(pool)
            except (psycopg.OperationalError, PoolTimeout) as error:
                log.warning("database-unavailable", error=type(error).__name__)
            await asyncio.sleep(every_seconds)
