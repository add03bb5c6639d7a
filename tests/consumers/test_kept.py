"""What takes long to read is read ahead of those who ask."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from consumers.http.kept import Ready


async def test_who_asks_gets_what_was_read_last_while_more_is_read() -> None:
    """The first has to be waited for; after that nobody waits, however long the reading takes."""
    numbers, go_on = iter(range(9)), asyncio.Event()
    go_on.set()

    async def read() -> int:
        await go_on.wait()
        return next(numbers)

    ready = Ready(60, read)
    first = await ready.newest()
    go_on.clear()
    reading = asyncio.create_task(ready.renew())
    await asyncio.sleep(0)
    meanwhile = await ready.newest()
    go_on.set()
    await reading

    assert (first, meanwhile, await ready.newest()) == (0, 0, 1)


async def test_what_was_read_stays_while_the_database_is_away() -> None:
    """The task that reads goes on; who asks before anything was read is told."""
    answers = iter([psycopg.OperationalError("away"), "first", psycopg.OperationalError("away"), "second"])
    at_last = asyncio.Event()

    async def read() -> str:
        answer = next(answers)
        if answer == "second":
            at_last.set()
        if isinstance(answer, Exception):
            raise answer
        return answer

    ready = Ready(0, read)
    with pytest.raises(psycopg.OperationalError):
        await ready.newest()
    assert await ready.newest() == "first"
    keeping = asyncio.create_task(ready.keep())
    await at_last.wait()
    keeping.cancel()

    assert await ready.newest() == "second"
