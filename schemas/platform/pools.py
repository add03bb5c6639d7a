"""For pools of database connections: is one that lay there still good? A server that was restarted has closed all of them."""

from __future__ import annotations

import select
from typing import Any

from psycopg import AsyncConnection, Connection
from psycopg_pool import AsyncConnectionPool, ConnectionPool


async def still_open(connection: AsyncConnection[Any]) -> None:
    """An asynchronous pool's `check`: raises psycopg.OperationalError when the server has closed the connection, so that the pool
    takes another. Costs a round trip only where something came in while the connection lay there: its end, or mere news."""
    if _something_came(connection.fileno()):
        await AsyncConnectionPool.check_connection(connection)


def still_open_now(connection: Connection[Any]) -> None:
    """The same for a pool of blocking connections."""
    if _something_came(connection.fileno()):
        ConnectionPool.check_connection(connection)


def _something_came(descriptor: int) -> bool:
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    return bool(waiting.poll(0))
