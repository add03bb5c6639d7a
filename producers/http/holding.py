"""Where a petition is, from the read model; a fresh petition is given a moment to arrive there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import psycopg
from psycopg_pool import AsyncConnectionPool

from producers.http.endpoint import DatabaseAway
from schemas.authority import Holding

_QUERY = "select view from petition where petition_id = %s"
_KNOWN = "select petition_id from petition where petition_id = any(%s)"
_STEP_SECONDS = 0.03
T = TypeVar("T")


async def find(pool: AsyncConnectionPool, petition_id: str) -> Holding | None:
    """Who holds the petition; None when the read model does not know it. Raises DatabaseAway."""
    view = await _first(pool, _QUERY, petition_id)
    return Holding.of(view) if view else None


async def wait_for(pool: AsyncConnectionPool, petition_id: str, seconds: float, good: Callable[[Holding], bool]) -> Holding | None:
    """The same, asking again for up to `seconds` until the petition is there and `good`; then what was last seen.

    The read model follows the record within milliseconds: who reacts at once to an event must not be told that there was none.
    """
    return await _again(lambda: find(pool, petition_id), seconds, lambda found: found is not None and good(found))


async def wait_for_one(pool: AsyncConnectionPool, petition_ids: list[str], seconds: float) -> str | None:
    """Which of these is a petition; asked again for up to `seconds`. Raises DatabaseAway."""
    return await _again(lambda: _first(pool, _KNOWN, petition_ids), seconds, bool)


async def _first(pool: AsyncConnectionPool, query: str, given: object) -> Any:
    try:
        async with pool.connection() as connection:
            row = await (await connection.execute(query, (given,))).fetchone()
    except (psycopg.OperationalError, TimeoutError) as error:
        raise DatabaseAway(str(error)) from error
    return row[0] if row else None


async def _again(ask: Callable[[], Awaitable[T]], seconds: float, good: Callable[[T], bool]) -> T:
    loop = asyncio.get_running_loop()
    end, step = loop.time() + seconds, _STEP_SECONDS
    while True:
        found = await ask()
        if good(found) or loop.time() >= end:
            return found
        await asyncio.sleep(step)
        step = min(step * 1.5, 0.2)
