"""What a live feed hands to one listener."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Listener(Generic[T]):
    """New items for one listener, at most `limit` waiting. After `lost` he must fetch what he missed; after `closed` nothing comes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._items: list[T] = []
        self._news = asyncio.Event()
        self.lost = False
        self.closed = False

    def push(self, items: Sequence[T]) -> None:
        """He who reads too slowly loses what waits, not the memory of the process."""
        if len(self._items) >= self._limit:
            self._items.clear()
            self.lost = True
        self._items.extend(items)
        self._news.set()

    def lose(self) -> None:
        """Something may have been missed: he looks at once, not at the next item."""
        self.lost = True
        self._news.set()

    def close(self) -> None:
        self.closed = True
        self._news.set()

    async def wait(self, seconds: float) -> list[T]:
        """The items that came, as soon as there are any; an empty list after so many seconds, or when lost or closed."""
        if not self._items and not self.closed:
            try:
                async with asyncio.timeout(seconds):
                    await self._news.wait()
            except TimeoutError:
                return []
        self._news.clear()
        found, self._items = self._items, []
        return found
