"""Where a petition is, from the read model; a fresh petition is given a moment to arrive there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import psycopg
from psycopg_pool import AsyncConnectionPool

from producers.http.endpoint import DatabaseAway
from schemas.authority import Holding

_QUERY = "select view from petition where petition_id = %s"
_STEP_SECONDS = 0.03


async def find(pool: AsyncConnectionPool, petition_id: str) -> Holding | None:
    """Who holds the petition; None when the read model does not know it. Raises DatabaseAway."""
    try:
        async with pool.connection() as connection:
            row = await (await connection.execute(_QUERY, (petition_id,))).fetchone()
    except (psycopg.OperationalError, TimeoutError) as error:
        raise DatabaseAway(str(error)) from error
    return Holding.of(row[0]) if row else None


async def wait_for(pool: AsyncConnectionPool, petition_id: str, seconds: float, good: Callable[[Holding], bool]) -> Holding | None:
    """The same, asking again for up to `seconds` until the petition is there and `good`; then what was last seen.

    The read model follows the record within milliseconds: who reacts at once to an event must not be told that there was none.
    """
    loop = asyncio.get_running_loop()
    end, step = loop.time() + seconds, _STEP_SECONDS
    while True:
        found = await find(pool, petition_id)
        if (found is not None and good(found)) or loop.time() >= end:
            return found
        await asyncio.sleep(step)
        step = min(step * 1.5, 0.2)
