"""A worker's processor: takes what its partitions have, decides, and makes it happen in one transaction, again and again.

Why it is exactly once, and what fences whom: docs/decisions/0013-one-transaction-a-worker.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from streams.engine.batches import Destination, Sheet, Sheets
from streams.engine.layout import check_partitions
from streams.engine.link import Spans
from streams.engine.measure import measured
from streams.engine.pace import Pace
from streams.engine.partition import Decided, Partition
from streams.engine.ports import Context, Ports
from streams.engine.step import dead_letter
from streams.engine.timers import Timers
from streams.engine.types import Output, Stage

GATHER_SECONDS = 0.015
"""So long after a step began the next one begins at the earliest: a transaction costs the same for one record as for a hundred."""
MANY_RECORDS = 200
"""With so many waiting nothing is gathered any more, and the next step is decided while the last one is committed."""
STEP_BYTES = 32_000_000
"""Of input in one step, all partitions together; what it leads to is about as much again."""


class NotOurs(ValueError):
    """A record in a chain's link that the chain did not write."""


@dataclass(frozen=True, slots=True)
class Step:
    """All partitions' parts of one transaction, by partition number, and their records laid out."""

    parts: Mapping[int, Decided]
    sheets: Mapping[Destination, Sheet]
    began: float


class Processor:
    """Handles all partitions that this worker has. Owned by the event loop; the plain numbers may be read from another thread.

    `run` goes on until `stop`; `open` and `close` may be called meanwhile, before each other's return too.

    What blocks: `run` as long as it lasts; `open` while the partition is caught up; `close` and `stop` until the step in flight is over.
    Cancelling `open` is safe, cancelling the others is not.

    What raises: whatever its ports raise (see Writer and Opening), PartitionsDiffer. All of it is fatal: the process must end at once,
    without another call, and the next one begins where the last commit was.

    What is repeated: a step that was not committed, from its records on. What a crash leaves: the effects of whole steps, and stores that
    are complete up to one of them (`_transact` numbers the order).
    """

    partition: type[Partition] = Partition
    """What it makes of each number that it is given."""

    def __init__(self, stage: Stage, context: Context, ports: Ports) -> None:
        self.stage, self.context, self._ports = stage, context, ports
        self.partitions: dict[int, Partition] = {}
        self.busy_since: float | None = None
        """Since when the step in hand has been under way (monotonic seconds)."""
        self._news = asyncio.Event()
        self._between_steps = asyncio.Lock()
        self._fenced = asyncio.Event()
        self._stopping = False
        self._leaving = 0
        self._last_began = 0.0
        self._pace = Pace()
        self._timers = Timers(stage, context, ports, self._open)

    async def run(self) -> None:
        """Fence whoever used this worker's name before, then work until `stop`."""
        ports = self._ports
        try:
            await ports.client.start()
            await check_partitions(self.stage, ports.positions, self.context.partitions)
            await ports.writer.start()
            await self._timers.ask_the_time()
            self.context.faults.passing("start:fenced")
            self._fenced.set()
            while not self._stopping:
                await self._wait()
                async with self._between_steps:
                    await self._work()
        finally:
            await ports.client.stop()

    async def open(self, number: int) -> None:
        """Take a partition up; it takes part in steps once it is ready. Raises what `Opening.run` raises."""
        partition = self.partitions[number] = self.partition(self.stage, number, self.context, self._ports, self._news.set)
        await self._fenced.wait()
        await partition.open()
        self._news.set()

    async def sweep(self) -> None:
        """Look for strangers' records in the links of chained stages; not while a step is in flight."""
        async with self._between_steps:
            linked = [partition for partition in self._open() if partition.link is not None]
            stable = await self._ports.positions.stable_ends([one.link.to for one in linked if one.link is not None])
            for partition in linked:
                await partition.sweep(stable)

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
                async with asyncio.timeout(self._timers.seconds()):
                    await self._news.wait()
        pause = self._last_began + GATHER_SECONDS - self.context.monotonic()
        if pause > 0 and self._has_work() and self._waiting() < MANY_RECORDS:
            await asyncio.sleep(pause)

    def _has_work(self) -> bool:
        return self._stopping or any(len(one.inbox) or one.inbox.gaps for one in self._open()) or self._timers.call()

    async def _work(self) -> None:
        """Steps, as long as many records wait; each is decided while the one before it is on its way."""
        self.busy_since = self.context.monotonic()
        for partition in self._open():
            if partition.inbox.gaps:
                await partition.fetch_again()
        await self._timers.let_fire()
        step = await self._decide()
        while step is not None:
            step = await self._carry_out(step)
        self.busy_since = None

    async def _carry_out(self, step: Step) -> Step | None:
        """The step, and meanwhile the decision of the next one where there is much to do. A decided step must be carried out."""
        for number, decided in step.parts.items():
            self.partitions[number].begin(decided)
        under_way = asyncio.create_task(self._transact(step))
        try:
            following = await self._decide() if self._is_pressed() else None
        finally:
            spans = await under_way
        self._apply(step, spans)
        self.busy_since = self.context.monotonic()
        return following

    def _is_pressed(self) -> bool:
        return not self._leaving and self._waiting() >= MANY_RECORDS and not self._timers.call()

    async def _decide(self) -> Step | None:
        """Step 1 of a step. None when no partition has anything to do."""
        began, now_ms, sheets = self.context.monotonic(), self.context.clock.now_ms(), Sheets(self.context.partitions)
        parts: dict[int, Decided] = {}
        partitions = [partition for partition in self._open() if partition.has_work(now_ms)]
        most = self._pace.records(len(partitions)) if partitions else 0
        for partition in partitions:
            if (work := partition.take(now_ms, most, STEP_BYTES // len(partitions))) is not None:
                parts[partition.number] = decided = await partition.decide(work, now_ms)
                sheets.add(self._outputs(decided), partition.number)
        if parts:
            self._pace.took(sum(part.work.size for part in parts.values()), self.context.monotonic() - began)
        self._last_began = began
        return Step(parts, sheets.laid_out(self.context.guard.stamp_ms()), began) if parts else None

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
        faults, writer = self.context.faults, self._ports.writer
        faults.passing("step:decided")
        spans = await writer.produce(step.sheets)
        if writer.told_ms is not None:
            self.context.guard.told(writer.told_ms)
        await self._put_strangers_aside(step, spans)
        faults.passing("step:produced")
        offsets: dict[Destination, int] = {}
        for number, decided in step.parts.items():
            found = self.partitions[number].offsets(decided.work, spans)
            offsets |= {(topic, number): offset for topic, offset in found.items()}
        await writer.send_offsets(offsets, self.context.group, self._ports.feed.membership())
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
        await self._ports.writer.produce(sheets.laid_out(self.context.guard.stamp_ms()))

    def _apply(self, step: Step, spans: Spans) -> None:
        for number, decided in step.parts.items():
            self.partitions[number].apply(decided, spans)
        self.context.faults.passing("step:stored")
        measured(self.stage.name, step.parts.values(), self.context.monotonic() - step.began)
