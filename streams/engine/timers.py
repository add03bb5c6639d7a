"""When a worker's timers may fire: in time, after all that was acknowledged before, and by a clock that is right."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from streams.engine.partition import Partition
from streams.engine.ports import Context, Ports
from streams.engine.types import Stage

MAX_SLEEP_SECONDS = 60.0
LOOK_SECONDS = 0.05
"""Between two looks at whether timers that are held may fire by now."""
CLOCK_SECONDS = 10.0
"""Between two questions to the brokers what time it is, while the clock is off."""


class Timers:
    """Of all partitions that are open, which `partitions` gives. Not to be used during a transaction."""

    def __init__(self, stage: Stage, context: Context, ports: Ports, partitions: Callable[[], Sequence[Partition]]) -> None:
        self._stage, self._context, self._ports, self._partitions = stage, context, ports, partitions
        self._look_at = self._asked_time_at = float("-inf")

    def call(self) -> bool:
        """Whether there are timers to fire, or some are due and it is time to see what they wait for."""
        now_ms, look = self._context.clock.now_ms(), self._context.monotonic() >= self._look_at
        return any(one.is_due(now_ms) and (look or one.may_fire(now_ms)) for one in self._partitions())

    def seconds(self) -> float:
        """How long nothing will call, unless records come."""
        due = min((one.next_due for one in self._partitions() if one.next_due is not None), default=None)
        if due is None:
            return MAX_SLEEP_SECONDS
        seconds = self._context.clock.wall_seconds(due - self._context.clock.now_ms())
        return min(max(seconds, self._look_at - self._context.monotonic(), 0.0), MAX_SLEEP_SECONDS)

    async def let_fire(self) -> None:
        """See that timers that are due may fire as soon as what was acknowledged before is handled, and the clock is right."""
        now_ms = self._context.clock.now_ms()
        held = [one for one in self._partitions() if one.is_due(now_ms) and not one.may_fire(now_ms)]
        if not held:
            return
        self._look_at = self._context.monotonic() + LOOK_SECONDS
        if not await self._is_right(now_ms):
            for partition in held:
                partition.hold()
            return
        of = [(topic.name, one.number) for one in held if not one.backlog.is_aimed for topic in self._stage.inputs]
        ends = await self._ports.positions.ends(of)
        for partition in held:
            await partition.let_fire({topic: end for (topic, number), end in ends.items() if number == partition.number}, now_ms)

    async def _is_right(self, now_ms: int) -> bool:
        """As `Context.is_right`; the brokers are asked anew now and then while it is not."""
        guard, now = self._context.guard, self._context.monotonic()
        if not guard.is_sound() and now - self._asked_time_at >= CLOCK_SECONDS:
            await self.ask_the_time()
        return self._context.is_right(now_ms)

    async def ask_the_time(self) -> None:
        """Where none of the topics keeps append times, nothing is known, and the machine's clock is believed."""
        self._asked_time_at = self._context.monotonic()
        for topic in self._stage.outputs:
            if (told := await self._ports.writer.ask_time((topic.name, 0))) is not None:
                self._context.guard.told(told)
                return
