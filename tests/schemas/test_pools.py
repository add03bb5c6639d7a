"""Connections in a pool after the database was restarted: nobody is told that it is away when it is back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import psycopg
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from schemas.platform.pools import still_open, still_open_now

AT_ONCE = 4


def end_all_others(url: str) -> int:
    """As a restart of the server does to its clients; how many there were."""
    with psycopg.connect(url, autocommit=True) as connection:
        ended = connection.execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()"
        ).fetchone()
        assert ended is not None
        until = time.monotonic() + 60
        while connection.execute("select count(*) from pg_stat_activity where datname = current_database()").fetchone() != (1,):
            assert time.monotonic() < until
    return int(ended[0])


def test_connections_that_the_server_has_closed_are_replaced_before_use(database_url: Callable[[], str]) -> None:
    """Every one of the pool's, at the same moment."""
    url = database_url()

    async def work() -> None:
        async def ask() -> object:
            async with pool.connection() as connection:
                cursor = await connection.execute("select 1, pg_sleep(0.05)")
                return (await cursor.fetchone() or ())[0]

        async with AsyncConnectionPool(url, min_size=AT_ONCE, max_size=AT_ONCE, open=False, check=still_open) as pool:
            await pool.wait()
            assert await asyncio.gather(*[ask() for _ in range(AT_ONCE)]) == [1] * AT_ONCE
            assert end_all_others(url) == AT_ONCE
            assert await asyncio.gather(*[ask() for _ in range(AT_ONCE)]) == [1] * AT_ONCE

    asyncio.run(work())


def test_so_are_those_of_a_blocking_pool(database_url: Callable[[], str]) -> None:
    url = database_url()
    with ConnectionPool(url, min_size=1, max_size=1, open=True, check=still_open_now) as pool:
        pool.wait()
        assert end_all_others(url) == 1
        with pool.connection() as connection:
            assert connection.execute("select 1").fetchone() == (1,)


def test_news_from_the_server_is_no_reason_to_replace_a_connection(database_url: Callable[[], str]) -> None:
    """A notification can be read from the socket like an end; the connection is the same afterwards."""
    url = database_url()
    with ConnectionPool(url, min_size=1, max_size=1, open=True, check=still_open_now, kwargs={"autocommit": True}) as pool:
        with pool.connection() as connection:
            connection.execute("listen news")
            before = connection.info.backend_pid
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("notify news")
        with pool.connection() as connection:
            assert connection.info.backend_pid == before
