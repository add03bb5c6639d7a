"""What was read a moment ago, so that a costly query runs once however many ask."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Found = TypeVar("Found")
_MOST = 32


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
