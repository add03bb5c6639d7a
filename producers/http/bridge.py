"""From Kafka's sender thread back to the event loop, without a thread a request.

All acknowledgements of one produce response come at once; they wake the loop once.
"""

from __future__ import annotations

import asyncio
from collections import deque

from producers.kafka.pending import Done
from producers.kafka.publisher import Outgoing, Publisher

Waiter = asyncio.Future[None]


class AsyncPublisher:
    """`await publish(event)` returns when Kafka has acknowledged it and raises Unavailable otherwise."""

    def __init__(self, publisher: Publisher, loop: asyncio.AbstractEventLoop) -> None:
        self._publisher = publisher
        self._loop = loop
        self._settled: deque[tuple[Waiter, Exception | None]] = deque()
        self._woken = False

    async def publish(self, event: Outgoing) -> None:
        waiter: Waiter = self._loop.create_future()
        self._publisher.publish(event, self._done(waiter))
        await waiter

    def _done(self, waiter: Waiter) -> Done:
        def done(error: Exception | None) -> None:
            self._settled.append((waiter, error))
            if not self._woken:
                self._woken = True
                self._wake()

        return done

    def _wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._deliver)
        except RuntimeError:
            # The loop is closed: the process is ending and nobody waits any more.
            self._settled.clear()

    def _deliver(self) -> None:
        # Reset before emptying: what comes later wakes the loop again.
        self._woken = False
        while self._settled:
            waiter, error = self._settled.popleft()
            if waiter.done():
                continue  # the caller has gone away
            if error is None:
                waiter.set_result(None)
            else:
                waiter.set_exception(error)
