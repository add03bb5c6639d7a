"""An event loop in which time passes only when nothing else can happen, and which does no more than a history needs."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

BEGAN_SECONDS = 1_000.0


class Deadlock(RuntimeError):
    """Everybody waits for something that nobody will do."""


class Call:
    """Stands in for asyncio's handles."""

    __slots__ = ("args", "callback")

    def __init__(self, callback: Callable[..., object], args: tuple[Any, ...]) -> None:
        self.callback: Callable[..., object] | None = callback
        self.args = args

    def cancel(self) -> None:
        self.callback = None


class VirtualLoop(asyncio.AbstractEventLoop):
    """Same order of the same callbacks each time; an hour takes no time. Of one thread, without input or output."""

    def __init__(self) -> None:
        self._now = BEGAN_SECONDS
        self._soon: deque[Call] = deque()
        self._later: list[tuple[float, int, Call]] = []
        self._numbers = itertools.count()
        self._tasks: set[asyncio.Task[Any]] = set()

    def time(self) -> float:
        return self._now

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None) -> asyncio.Task[Any]:
        task = asyncio.Task(coro, loop=self, name=name)
        self._tasks.add(task)
        return task

    def end(self) -> None:
        """Cancel whatever is left to do."""
        left = [task for task in self._tasks if not task.done()]
        for task in left:
            task.cancel()
        if left:
            self.run_until_complete(asyncio.wait(left))

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> Any:
        call = Call(callback, args)
        self._soon.append(call)
        return call

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> Any:
        call = Call(callback, args)
        heapq.heappush(self._later, (when, next(self._numbers), call))
        return call

    def call_later(self, delay: float, callback: Any, *args: Any, context: Any = None) -> Any:
        call = Call(callback, args)
        heapq.heappush(self._later, (self._now + delay, next(self._numbers), call))
        return call

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        """What another thread would do is done at once."""
        done = self.create_future()
        done.set_result(func(*args))
        return done

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Of a task that nobody waited for."""

    def run_until_complete(self, work: Any) -> Any:
        asyncio._set_running_loop(self)
        try:
            task = work if isinstance(work, asyncio.Future) else self.create_task(work)
            self._run(task)
            return task.result()
        finally:
            asyncio._set_running_loop(None)

    def _run(self, task: asyncio.Future[Any]) -> None:
        """What can happen now, else the next that can happen at all, until the task is done. Millions of times: nothing is called that need
        not be."""
        soon, later, done = self._soon, self._later, task.done
        while not done():
            if not soon:
                if not later:
                    raise Deadlock
                self._now = max(self._now, later[0][0])
            while later and later[0][0] <= self._now:
                soon.append(heapq.heappop(later)[2])
            for _ in range(len(soon)):
                call = soon.popleft()
                if call.callback is not None:
                    call.callback(*call.args)


def run_virtual(work: Coroutine[Any, Any, None]) -> None:
    """As asyncio.run, in virtual time. What is left to do afterwards is not done."""
    loop = VirtualLoop()
    try:
        loop.run_until_complete(work)
    finally:
        loop.end()
