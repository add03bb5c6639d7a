"""A stream that somebody may not read any more ends."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import psycopg

from schemas.identity.callers import while_allowed
from schemas.web import Problem


class Stream:
    """Parts without end; knows whether it was closed."""

    def __init__(self) -> None:
        self.closed = False

    async def parts(self) -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield b"part"
        finally:
            self.closed = True


async def test_a_stream_ends_when_its_reader_may_not_read_it_any_more() -> None:
    """What stands behind it is closed at once; a database that is away for a moment ends nothing."""
    answers = [None, psycopg.OperationalError(), None, Problem(401, "session-over")]
    stream = Stream()

    async def check() -> None:
        if (answer := answers.pop(0)) is not None:
            raise answer

    seen = [part async for part in while_allowed(stream.parts(), check, 0.0)]

    assert seen == [b"part"] * 3
    assert stream.closed


async def test_it_is_not_asked_for_every_part() -> None:
    """Only when so much time has passed."""

    async def check() -> None:
        raise AssertionError

    parts = while_allowed(Stream().parts(), check, 3600)

    assert [await anext(parts) for _ in range(5)] == [b"part"] * 5
    await parts.aclose()
