"""What was read a moment ago, so that a costly query runs once however many ask."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Generic, TypeVar

from consumers.read_model.reading import Away

Asked = TypeVar("Asked")
Found = TypeVar("Found")
_MOST = 32
_SHARE = 0.02


class Kept(Generic[Asked, Found]):
    """Answers by what was asked, for `seconds`; one is read at a time."""

    def __init__(self, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._monotonic = seconds, monotonic
        self._lock = asyncio.Lock()
        self._found: OrderedDict[Asked, tuple[float, Found]] = OrderedDict()

    async def of(self, asked: Asked, read: Callable[[], Awaitable[Found]]) -> Found:
        """Raises whatever `read` does."""
        async with self._lock:
            at, found = self._found.get(asked, (-self._seconds, None))
            if found is None or self._monotonic() - at >= self._seconds:
                found = await read()
                self._found[asked] = self._monotonic(), found
                if len(self._found) > _MOST:
                    self._found.popitem(last=False)
            return found


class Ready(Generic[Found]):
    """What takes long to read, read ahead by one task for all who ask: every `seconds`, and never for more than a fiftieth of the time."""

    def __init__(self, seconds: float, read: Callable[[], Awaitable[Found]]) -> None:
        self._seconds, self._read = seconds, read
        self._lock = asyncio.Lock()
        self._found: Found | None = None

    async def keep(self) -> None:
        """Read for ever. What was read last stays while the database is away."""
        while True:
            began = time.monotonic()
            with suppress(*Away):
                await self.renew()
            await asyncio.sleep(max(self._seconds, (time.monotonic() - began) / _SHARE))

    async def renew(self) -> None:
        """Read it now. Raises whatever `read` does."""
        async with self._lock:
            self._found = await self._read()

    async def newest(self) -> Found:
        """What was read last; the very first has to be waited for. Raises whatever `read` does."""
        if self._found is None:
            async with self._lock:
                self._found = self._found or await self._read()
        return self._found
