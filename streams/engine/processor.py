"""One partition number of one stage: its store, its transactional producer, its timers. See docs/decisions for the why of the order."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.events import topics
from schemas.platform import metrics
from schemas.platform.clock import Clock
from schemas.platform.logs import log
from streams.engine import restore
from streams.engine.faults import Faults
from streams.engine.inbox import Fetched, Inbox
from streams.engine.step import View, dead_letter, decide, fire, merge
from streams.engine.store import Store, StoreLocked, encode, open_store
from streams.engine.types import Effects, Entry, Output, Record, Stage
from streams.engine.writer import Writer

Seek = Callable[[str, int, int], Awaitable[int]]
"""(topic, partition, offset) → the epoch that fetches from there will carry."""
MAX_SLEEP_SECONDS = 60.0
LOCK_TRIES, LOCK_PAUSE_SECONDS = 20, 0.1
MANY_KEYS = 200


@dataclass(frozen=True, slots=True)
class Context:
    """What a processor needs from outside."""

    bootstrap: str
    group: str
    partitions: int
    state_dir: Path
    clock: Clock
    faults: Faults
    seek: Seek
    drained: Callable[[int, int], None]
    """(partition, records still waiting) after each take: fetching may go on."""
    max_step_records: int


@dataclass(frozen=True, slots=True)
class _Done:
    """A step that has happened, for the metrics."""

    records: Sequence[Record]
    due: Sequence[bytes]
    effects: Effects
    before: dict[bytes, Entry]
    now_ms: int
    seconds: float


class Processor:
    """Handles one partition number over all of a stage's input topics. `run` ends only by `close` or by raising (fatal)."""

    def __init__(self, stage: Stage, partition: int, context: Context) -> None:
        self.stage, self.partition, self.context = stage, partition, context
        self.inbox = Inbox()
        self.ready = False
        self.last_progress = time.monotonic()
        self._closing = False
        self._store: Store | None = None
        self._writer: Writer | None = None
        self._done: dict[str, int] = {}
        self._labels = (stage.name, str(partition))

    @property
    def positions(self) -> dict[str, int]:
        """Next offset to handle, by topic, once ready."""
        return self._done

    def put(self, fetched: Fetched) -> None:
        self.inbox.put(fetched)

    def is_due(self) -> bool:
        """Whether a timer waits to be fired now."""
        due = self._store.next_due() if self._store else None
        return due is not None and due <= self.context.clock.now_ms()

    async def run(self) -> None:
        try:
            await self._start()
            while not self._closing:
                await self._next()
        finally:
            await self._stop()

    def close(self) -> None:
        """Ask the processor to end after the step in flight."""
        self._closing = True
        self.inbox.wake()

    async def _start(self) -> None:
        """The order matters; a crash between any two steps is harmless, and tested.

        1. Start the transactional producer: this fences the partition's previous owner.
        2. Read the committed offsets: from now on nobody else can move them.
        3. Open the local store.
        4. Catch it up from the changelog.
        5. Seek, and take records in.
        """
        context, faults, stage = self.context, self.context.faults, self.stage
        started = time.monotonic()
        metrics.STAGE_READY().labels(*self._labels).set(0)
        self._writer = writer = Writer(context.bootstrap, f"{context.group}-{self.partition}", context.partitions)
        await writer.start()
        faults.passing("start:fenced")
        names = [topic.name for topic in stage.inputs]
        self._done = await restore.committed_positions(context.bootstrap, context.group, names, self.partition)
        faults.passing("start:positioned")
        restored = 0
        if stage.changelog is not None:
            self._store = await self._open_store()
            faults.passing("start:opened")
            restored = await self._catch_up(stage.changelog.name)
        faults.passing("start:caught-up")
        epochs = {name: await context.seek(name, self.partition, offset) for name, offset in self._done.items()}
        self.inbox.begin(self._done, epochs)
        self.ready, self.last_progress = True, time.monotonic()
        metrics.STAGE_READY().labels(*self._labels).set(1)
        seconds = round(time.monotonic() - started, 3)
        log.info("partition-opened", stage=stage.name, partition=self.partition, restored=restored, seconds=seconds)

    async def _open_store(self) -> Store:
        """Usually at once. A predecessor on this machine that hangs keeps its lock: then a store of our own is built beside it."""
        self._store_path = self.context.state_dir / self.stage.name / str(self.partition)
        for _ in range(LOCK_TRIES):
            try:
                return open_store(self._store_path)
            except StoreLocked:
                await asyncio.sleep(LOCK_PAUSE_SECONDS)
        self._store_path = self._store_path.with_name(f"{self.partition}-{os.getpid()}")
        log.warning("store-locked", stage=self.stage.name, partition=self.partition, instead=self._store_path.name)
        return open_store(self._store_path)

    async def _catch_up(self, changelog: str) -> int:
        assert self._store is not None
        args = (changelog, self.partition, self.stage.name)
        try:
            return await restore.catch_up(self.context.bootstrap, self._store, *args)
        except restore.StoreAhead as error:
            log.error("fatal", stage=self.stage.name, error=str(error), then="the local store is built anew")
            self._store.close()
            shutil.rmtree(self._store_path)
            self._store = open_store(self._store_path)
            return await restore.catch_up(self.context.bootstrap, self._store, *args)

    async def _next(self) -> None:
        await self.inbox.wait(self._seconds_to_due())
        if self._closing:
            return
        for topic in self.inbox.gaps:
            await self._fetch_again(topic)
        records = self.inbox.take(self.context.max_step_records)
        self.context.drained(self.partition, len(self.inbox))
        now_ms = self.context.clock.now_ms()
        due = self._store.due(now_ms, self.context.max_step_records) if self._store else []
        if records or due:
            await self._step(records, due, now_ms)
        self.last_progress = time.monotonic()

    async def _fetch_again(self, topic: str) -> None:
        position = self.inbox.positions[topic]
        log.info("fetch-lost", stage=self.stage.name, topic=topic, partition=self.partition, offset=position)
        self.inbox.resume(topic, await self.context.seek(topic, self.partition, position))

    def _seconds_to_due(self) -> float | None:
        due = self._store.next_due() if self._store else None
        if due is None:
            return MAX_SLEEP_SECONDS
        return min(max(self.context.clock.wall_seconds(due - self.context.clock.now_ms()), 0.0), MAX_SLEEP_SECONDS)

    async def _step(self, records: Sequence[Record], due: Sequence[bytes], now_ms: int) -> None:
        """The order matters; a crash between any two steps is harmless, and tested.

        1. Decide: pure, nothing has happened yet.
        2. Produce outputs, dead letters and changelog, which begins the transaction, and wait for their acknowledgements.
        3. Add the input's offsets (after 2: the transaction's coordinator takes one addition at a time and lets others wait).
        4. Commit: now it has happened.
        5. Write entries, timers and changelog position to the store in one batch.
        """
        assert self._writer is not None
        began, faults, writer = time.monotonic(), self.context.faults, self._writer
        before, effects = await self._decide(records, due, now_ms)
        entries = {key: encode(entry) for key, entry in effects.puts.items()} if self._store is not None else {}
        faults.passing("step:decided")
        ends = await writer.produce(self._outputs(effects, entries), self.partition)
        faults.passing("step:produced")
        offsets = {(record.topic, self.partition): record.offset + 1 for record in records}
        if offsets:
            await writer.send_offsets(offsets, self.context.group)
        faults.passing("step:offsets-sent")
        await writer.commit()
        faults.passing("step:committed")
        if self._store is not None and entries and self.stage.changelog is not None:
            self._store.apply(entries, before, ends[self.stage.changelog.name, self.partition])
        faults.passing("step:stored")
        self._done.update({topic: offset for (topic, _), offset in offsets.items()})
        self._measure(_Done(records, due, effects, before, now_ms, time.monotonic() - began))

    async def _decide(self, records: Sequence[Record], due: Sequence[bytes], now_ms: int) -> tuple[dict[bytes, Entry], Effects]:
        known = {*(record.key for record in records if record.key is not None), *due}
        # RocksDB lets go of the interpreter while it reads: meanwhile another partition goes on. Not worth a thread for a few.
        before = self._read(known) if len(known) < MANY_KEYS else await asyncio.to_thread(self._read, known)
        fired = fire(self.stage, due, View(before, known, {}, self._read), now_ms)
        effects = merge(fired, decide(self.stage, records, View(before, known, fired.puts, self._read), now_ms))
        before.update(self._read(effects.puts.keys() - known))
        return before, effects

    def _read(self, keys: set[bytes]) -> dict[bytes, Entry]:
        return self._store.read(keys) if self._store is not None else {}

    def _outputs(self, effects: Effects, entries: Mapping[bytes, bytes]) -> list[Output]:
        found = list(effects.outputs)
        found += [dead_letter(self.stage.name, record, error) for record, error in effects.rejected]
        if self.stage.changelog is not None:
            name = self.stage.changelog.name
            found += [Output(name, key, raw, ()) for key, raw in entries.items()]
        return found

    def _measure(self, done: _Done) -> None:
        name = self.stage.name
        metrics.RECORDS().labels(name).inc(len(done.records))
        metrics.TRANSACTIONS().labels(name).inc()
        metrics.STEP_SECONDS().labels(name).observe(done.seconds)
        metrics.STEP_RECORDS().labels(name).observe(len(done.records))
        if done.due:
            metrics.TIMERS_FIRED().labels(name).inc(len(done.due))
            for key in done.due:
                if (entry := done.before.get(key)) and entry.due_ms is not None:
                    metrics.TIMERS_LATE_SECONDS().labels(name).observe(max(0, done.now_ms - entry.due_ms) / 1000)
        for kind, count in Counter(type(error).__name__ for _, error in done.effects.rejected).items():
            metrics.DEAD_LETTERS().labels(name, kind).inc(count)
        for record, error in done.effects.rejected:
            at = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
            log.warning("dead-letter", stage=name, error=type(error).__name__, to=topics.DEAD_LETTERS.name, **at)

    def observe(self) -> None:
        """Refresh the gauges (called every few seconds)."""
        metrics.STAGE_LAG_SECONDS().labels(*self._labels).set(self.inbox.waiting_seconds)
        if self._store is None:
            return
        due = self._store.next_due()
        overdue = 0 if due is None else max(0, self.context.clock.now_ms() - due) / 1000
        metrics.TIMERS_OVERDUE_SECONDS().labels(*self._labels).set(overdue)
        metrics.OPEN_CASES().labels(*self._labels).set(self._store.count_timers())

    async def _stop(self) -> None:
        self.ready = False
        metrics.STAGE_READY().labels(*self._labels).set(0)
        if self._store is not None:
            self._store.close()
        if self._writer is not None:
            await self._writer.stop()
        log.info("partition-closed", stage=self.stage.name, partition=self.partition)
