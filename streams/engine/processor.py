"""A worker's processor: takes what its partitions have, decides, and makes it happen in one transaction, again and again.

Why it is exactly once, and what fences whom: docs/decisions/0014-one-transaction-a-worker.md.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from schemas.events import topics
from schemas.platform import metrics
from schemas.platform.logs import log
from streams.engine.batches import Destination, Sheet, Sheets
from streams.engine.client import Client
from streams.engine.partition import Context, Decided, Partition, Spans
from streams.engine.positions import Positions
from streams.engine.step import dead_letter
from streams.engine.types import Output, Stage
from streams.engine.writer import Membership, Writer

MAX_SLEEP_SECONDS = 60.0
GATHER_SECONDS = 0.015
"""So long after a step began the next one begins at the earliest: a transaction costs the same for one record as for a hundred."""
MANY_RECORDS = 200
"""With so many waiting nothing is gathered any more, and the next step is decided while the last one is committed."""


class NotOurs(ValueError):
    """A record in a chain's link that the chain did not write."""


@dataclass(frozen=True, slots=True)
class Step:
    """All partitions' parts of one transaction, by partition number, and their records laid out."""

    parts: Mapping[int, Decided]
    sheets: Mapping[Destination, Sheet]
    began: float


class Processor:
    """Handles all partitions that this worker has. `run` ends only by `stop` or by raising, which is fatal."""

    def __init__(self, stage: Stage, context: Context, membership: Callable[[], Membership]) -> None:
        self.stage, self.context, self._membership = stage, context, membership
        self.partitions: dict[int, Partition] = {}
        self.step_since: float | None = None
        """Since when the step in flight is under way (monotonic seconds)."""
        self._client = Client(context.bootstrap, f"{context.group}-{context.worker}")
        self._writer = Writer(self._client, f"{context.group}-{context.worker}")
        self.positions = Positions(self._client, context.group, self._writer, self._writer.id)
        self._news = asyncio.Event()
        self._between_steps = asyncio.Lock()
        self._fenced = asyncio.Event()
        self._stopping = False
        self._leaving = 0
        self._last_began = 0.0

    async def run(self) -> None:
        """Fence whoever used this worker's name before, then work until `stop`."""
        try:
            await self._client.start()
            await self._writer.start()
            self.context.faults.passing("start:fenced")
            self._fenced.set()
            while not self._stopping:
                await self._wait()
                async with self._between_steps:
                    await self._work()
        finally:
            await self._client.stop()

    async def open(self, number: int) -> None:
        """Take a partition up; it takes part in steps once it is ready. Raises what `Partition.open` raises."""
        partition = self.partitions[number] = Partition(self.stage, number, self.context, self._news.set)
        await self._fenced.wait()
        await partition.open(self.positions)
        self._news.set()

    async def sweep(self) -> None:
        """Look for strangers' records in the links of chained stages; not while a step is in flight."""
        async with self._between_steps:
            for partition in self._open():
                await partition.sweep(self.positions)

    async def close(self, numbers: Iterable[int]) -> None:
        """Give partitions back, after the step in flight."""
        self._leaving += 1
        async with self._between_steps:
            self._leaving -= 1
            for number in numbers:
                if (partition := self.partitions.pop(number, None)) is not None:
                    partition.close()

    async def stop(self) -> None:
        """End `run`, after the step in flight."""
        self._stopping = True
        self._news.set()
        await self.close(list(self.partitions))

    @property
    def ready(self) -> bool:
        """All partitions of this worker, at least one, are being processed."""
        return bool(self.partitions) and all(partition.ready for partition in self.partitions.values())

    def _open(self) -> list[Partition]:
        return [partition for partition in self.partitions.values() if partition.ready]

    def _waiting(self) -> int:
        return sum(len(partition.inbox) for partition in self._open())

    async def _wait(self) -> None:
        """Return when there may be something to do and the last step is long enough ago."""
        if not self._has_work():
            self._news.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), self._seconds_to_due())
        pause = self._last_began + GATHER_SECONDS - time.monotonic()
        if pause > 0 and self._has_work() and self._waiting() < MANY_RECORDS:
            await asyncio.sleep(pause)

    def _has_work(self) -> bool:
        now_ms = self.context.clock.now_ms()
        return self._stopping or any(len(one.inbox) or one.inbox.gaps or one.is_due(now_ms) for one in self._open())

    def _seconds_to_due(self) -> float:
        due = min((one.next_due for one in self._open() if one.next_due is not None), default=None)
        if due is None:
            return MAX_SLEEP_SECONDS
        return min(max(self.context.clock.wall_seconds(due - self.context.clock.now_ms()), 0.0), MAX_SLEEP_SECONDS)

    async def _work(self) -> None:
        """Steps, as long as many records wait; each is decided while the one before it is on its way."""
        for partition in self._open():
            if partition.inbox.gaps:
                await partition.fetch_again()
        step = await self._decide()
        while step is not None:
            step = await self._carry_out(step)

    async def _carry_out(self, step: Step) -> Step | None:
        """The step, and meanwhile the decision of the next one where there is much to do. A decided step must be carried out."""
        self.step_since = time.monotonic()
        for number, decided in step.parts.items():
            self.partitions[number].begin(decided)
        under_way = asyncio.create_task(self._transact(step))
        try:
            following = await self._decide() if self._is_pressed() else None
        finally:
            spans = await under_way
        self._apply(step, spans)
        self.step_since = None
        return following

    def _is_pressed(self) -> bool:
        now_ms = self.context.clock.now_ms()
        return not self._leaving and self._waiting() >= MANY_RECORDS and not any(one.is_due(now_ms) for one in self._open())

    async def _decide(self) -> Step | None:
        """Step 1 of a step. None when no partition has anything to do."""
        began, now_ms, sheets = time.monotonic(), self.context.clock.now_ms(), Sheets(self.context.partitions)
        parts: dict[int, Decided] = {}
        for partition in self._open():
            if (work := partition.take(now_ms)) is not None:
                parts[partition.number] = decided = await partition.decide(work, now_ms)
                sheets.add(self._outputs(decided), partition.number)
        self._last_began = began
        return Step(parts, sheets.laid_out(), began) if parts else None

    def _outputs(self, decided: Decided) -> list[Output]:
        effects = decided.effects
        found = [*effects.outputs, *(dead_letter(self.stage.name, record, error) for record, error in effects.rejected)]
        if self.stage.changelog is not None:
            name = self.stage.changelog.name
            found += [Output(name, key, raw, ()) for key, raw in decided.entries.items()]
        return found

    async def _transact(self, step: Step) -> Spans:
        """The order matters; a crash between any two is harmless, and tested. Where the step's records stand.

        1. Decide (`_decide`): pure, nothing has happened yet.
        2. Produce outputs, dead letters and changelog, which begins the transaction, and wait for their acknowledgements.
        3. Add the input's offsets, as this member of the group (after 2: the coordinator takes one addition at a time, others wait).
        4. Commit: now it has happened.
        5. Write entries, timers and changelog position to the stores (`_apply`).
        """
        faults, writer = self.context.faults, self._writer
        faults.passing("step:decided")
        spans = await writer.produce(step.sheets)
        await self._put_strangers_aside(step, spans)
        faults.passing("step:produced")
        offsets: dict[Destination, int] = {}
        for number, decided in step.parts.items():
            found = self.partitions[number].offsets(decided.work, spans)
            offsets |= {(topic, number): offset for topic, offset in found.items()}
        await writer.send_offsets(offsets, self.context.group, self._membership())
        faults.passing("step:offsets-sent")
        await writer.commit()
        faults.passing("step:committed")
        return spans

    async def _put_strangers_aside(self, step: Step, spans: Spans) -> None:
        """Records that somebody else wrote into a chain's link a moment ago go to the dead letters, in the same transaction."""
        sheets = Sheets(self.context.partitions)
        for number in step.parts:
            found = await self.partitions[number].strangers(spans)
            sheets.add((dead_letter(self.stage.name, record, NotOurs("only the chained stage writes here")) for record in found), number)
        await self._writer.produce(sheets.laid_out())

    def _apply(self, step: Step, spans: Spans) -> None:
        for number, decided in step.parts.items():
            self.partitions[number].apply(decided, spans)
        self.context.faults.passing("step:stored")
        self._measure(step)

    def _measure(self, step: Step) -> None:
        name, parts = self.stage.name, step.parts.values()
        records = sum(len(part.work.records) for part in parts)
        for topic, count in Counter(record.topic for part in parts for record in part.work.records).items():
            metrics.RECORDS().labels(name, topic).inc(count)
        metrics.TRANSACTIONS().labels(name).inc()
        metrics.STEP_SECONDS().labels(name).observe(time.monotonic() - step.began)
        metrics.STEP_RECORDS().labels(name).observe(records)
        for part in parts:
            self._measure_part(name, part)

    def _measure_part(self, name: str, part: Decided) -> None:
        if part.work.due:
            metrics.TIMERS_FIRED().labels(name).inc(len(part.work.due))
            for key in part.work.due:
                if (entry := part.before.get(key)) and entry.due_ms is not None:
                    metrics.TIMERS_LATE_SECONDS().labels(name).observe(max(0, part.now_ms - entry.due_ms) / 1000)
        for kind, count in Counter(type(error).__name__ for _, error in part.effects.rejected).items():
            metrics.DEAD_LETTERS().labels(name, kind).inc(count)
        for record, error in part.effects.rejected:
            at = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
            log.warning("dead-letter", stage=name, error=type(error).__name__, to=topics.DEAD_LETTERS.name, **at)
