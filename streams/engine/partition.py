"""One partition number of one stage, over all of the stage's input topics: its inbox, its store, its timers, how far it has come."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.platform import metrics
from schemas.platform.clock import Clock
from schemas.platform.logs import log
from streams.engine import restore
from streams.engine.faults import Faults
from streams.engine.inbox import Inbox
from streams.engine.positions import Committed, Log, Positions, next_offsets
from streams.engine.step import View, decide, fire, merge
from streams.engine.store import Store, StoreLocked, encode, open_store
from streams.engine.types import Chain, Effects, Entry, Record, Stage
from streams.engine.writer import Span

Spans = Mapping[tuple[str, int], Span]
"""By (topic, partition), where a step's records stand."""
Seek = Callable[[str, int, int], Awaitable[int]]
"""(topic, partition, offset) → the epoch that fetches from there will carry."""
LOCK_TRIES, LOCK_PAUSE_SECONDS = 20, 0.1
MANY_KEYS = 200
SAY_RECORDS = 200_000


@dataclass(frozen=True, slots=True)
class Context:
    """What the partitions and the processor of a worker need from outside."""

    bootstrap: str
    group: str
    worker: str
    """Distinguishes the worker from its like: the same name again shuts its predecessor out."""
    partitions: int
    state_dir: Path
    clock: Clock
    faults: Faults
    seek: Seek
    drained: Callable[[int, Inbox], None]
    """(partition, its inbox) after each take: fetching may go on."""
    max_step_records: int


@dataclass(frozen=True, slots=True)
class Work:
    """What one partition takes into a step: records in order, keys whose timers are due."""

    records: Sequence[Record]
    due: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Decided:
    """One partition's part of a step. `entries`: the effects' puts as the changelog and the store have them."""

    work: Work
    effects: Effects
    before: Mapping[bytes, Entry]
    entries: Mapping[bytes, bytes]
    now_ms: int


class Partition:
    """Owned by the event loop: nothing here may be called from another thread, but the plain numbers may be read from one.

    `open` must have returned before anything else is called. A crash at any time leaves the store at its last `apply`, from where the
    changelog brings it up again.
    """

    def __init__(self, stage: Stage, number: int, context: Context, news: Callable[[], None]) -> None:
        self.stage, self.number, self.context = stage, number, context
        self.inbox = Inbox(news)
        self.ready = False
        self.next_due: int | None = None
        """The earliest due instant as of the last step (ms UTC)."""
        self.opening_since: float | None = time.monotonic()
        """While it opens: when that last came forward (monotonic seconds)."""
        self.handled: dict[str, int] = {}
        """Next offset to handle, by topic, once ready."""
        self.looked_at = time.monotonic()
        """When the timers were last looked at (monotonic seconds)."""
        self._store: Store | None = None
        self._in_flight: Mapping[bytes, Entry] = {}
        self.chain: Chain | None = getattr(stage, "chain", None)  # most stages are none
        self._link_seen = 0
        """Up to where we know what stands in a chain's link."""
        self._link_marker = 0
        """1 when the marker of our own transaction follows on that."""
        self._labels = (stage.name, str(number))

    async def open(self, positions: Positions) -> None:
        """Take the partition over, after its worker's writer has fenced.

        The order matters; a crash between any two is harmless, and tested.

        1. Read the committed offsets, once no transaction can move them any more: from now on nobody else can.
        2. Open the local store.
        3. Catch it up from the changelog, to the end that it has now.
        4. Seek, and take records in; those first that stages not yet chained had left over in their link.

        Waits for transactions under way; raises what the clients and the store raise, which ends the worker.
        """
        stage, number, faults, began = self.stage, self.number, self.context.faults, time.monotonic()
        metrics.STAGE_READY().labels(*self._labels).set(0)
        names = [topic.name for topic in stage.inputs]
        committed = await self._committed(positions, names)
        logs = {name: await positions.log(name, number) for name in committed}
        self.handled = next_offsets(committed, logs, stage.name, number)
        owners = {one.owner for one in committed.values()}
        faults.passing("start:positioned")
        restored = 0
        if stage.changelog is not None:
            changelog = await positions.stable_log(stage.changelog.name, number, owners, self._progress)
            self._store = await self._open_store()
            faults.passing("start:opened")
            restored = await self._catch_up(stage.changelog.name, changelog)
        faults.passing("start:caught-up")
        epochs = {name: await self.context.seek(name, number, self.handled[name]) for name in names}
        self.inbox.begin({name: self.handled[name] for name in names}, epochs)
        if self.chain is not None:
            await positions.stable_log(self.chain.link.name, number, owners, self._progress)
            await self.sweep(positions)
        seconds = round(time.monotonic() - began, 3)
        self.ready, self.opening_since = True, None
        self._look_ahead()
        metrics.STAGE_READY().labels(*self._labels).set(1)
        for name in names:
            metrics.STAGE_READS().labels(stage.name, name).set(1)
        log.info("partition-opened", stage=stage.name, partition=number, restored=restored, seconds=seconds)

    async def _committed(self, positions: Positions, names: Sequence[str]) -> dict[str, Committed]:
        """By topic. A chained stage goes on where the stages were that it took the place of."""
        if self.chain is None:
            return await positions.committed(names, self.number, self._progress)
        await positions.at_rest(f"petitions-{self.chain.first}", self._progress)
        found = await positions.committed([*names, self.chain.link.name], self.number, self._progress)
        fresh = [name for name in self.chain.inputs if found[name].offset is None]
        return found | (await positions.committed_by(f"petitions-{self.chain.first}", fresh, self.number) if fresh else {})

    async def _open_store(self) -> Store:
        """Usually at once. A predecessor on this machine that hangs keeps its lock: then a store of our own is built beside it."""
        self._store_path = self.context.state_dir / self.stage.name / str(self.number)
        for _ in range(LOCK_TRIES):
            try:
                return open_store(self._store_path)
            except StoreLocked:
                await asyncio.sleep(LOCK_PAUSE_SECONDS)
        self._store_path = self._store_path.with_name(f"{self.number}-{os.getpid()}")
        log.warning("store-locked", stage=self.stage.name, partition=self.number, instead=self._store_path.name)
        return open_store(self._store_path)

    async def _catch_up(self, changelog: str, log_: Log) -> int:
        assert self._store is not None
        try:
            restore.check_ahead(self._store, log_, f"{changelog}-{self.number}")
        except restore.StoreAhead as error:
            self._store.close()
            aside = self._store_path.with_name(f"{self._store_path.name}.aside-{time.time_ns()}")
            self._store_path.rename(aside)
            log.error("store-set-aside", stage=self.stage.name, partition=self.number, to=aside.name, error=str(error))
            self._store = open_store(self._store_path)
        restored, said = 0, 0
        async for records in restore.catch_up(self.context.bootstrap, self._store, (changelog, self.number), log_):
            self._progress()
            restored += records
            metrics.RESTORED().labels(self.stage.name).inc(records)
            if restored - said >= SAY_RECORDS:
                said = restored
                log.warning("restoring", stage=self.stage.name, partition=self.number, restored=restored, end=log_.end)
        return restored

    def _progress(self) -> None:
        """Opening goes on: it may take as long as it needs, but not stand still."""
        self.opening_since = time.monotonic()

    async def fetch_again(self) -> None:
        """Have what was fetched and lost fetched anew."""
        for topic in self.inbox.gaps:
            position = self.inbox.positions[topic]
            log.info("fetch-lost", stage=self.stage.name, topic=topic, partition=self.number, offset=position)
            self.inbox.resume(topic, await self.context.seek(topic, self.number, position))

    def is_due(self, now_ms: int) -> bool:
        """Whether a timer waits to be fired."""
        return self.next_due is not None and self.next_due <= now_ms

    def waiting_since(self, now: float) -> float | None:
        """Since when the work that is there has waited, as far as this partition knows (monotonic seconds; `now` is such, too).

        Plain numbers only: called from the watchdog's thread.
        """
        if not self.ready:
            return self.opening_since
        since, due = self.inbox.since, self.next_due
        if due is None or (late_ms := self.context.clock.now_ms() - due) <= 0:
            return since
        overdue = max(now - self.context.clock.wall_seconds(late_ms), self.looked_at)
        return overdue if since is None else min(since, overdue)

    def take(self, now_ms: int) -> Work | None:
        """What is to be done now; None when there is nothing. Timers only while no step of this partition is in flight."""
        most = self.context.max_step_records
        records = self.inbox.take(most)
        self.context.drained(self.number, self.inbox)
        due = self._store.due(now_ms, most) if self._store and not self._in_flight and self.is_due(now_ms) else []
        return Work(records, due) if records or due else None

    async def decide(self, work: Work, now_ms: int) -> Decided:
        """Let the stage decide: pure, nothing has happened yet. Sees what the step in flight will have put."""
        known = {*(record.key for record in work.records if record.key is not None), *work.due}
        # RocksDB lets go of the interpreter while it reads. Not worth a thread for a few.
        before = self._read(known) if len(known) < MANY_KEYS else await asyncio.to_thread(self._read, known)
        fired = fire(self.stage, work.due, View(before, known, {}, self._read), now_ms)
        effects = merge(fired, decide(self.stage, work.records, View(before, known, fired.puts, self._read), now_ms))
        before.update(self._read(effects.puts.keys() - known))
        entries = {key: encode(entry) for key, entry in effects.puts.items()} if self._store is not None else {}
        return Decided(work, effects, before, entries, now_ms)

    def _read(self, keys: Collection[bytes]) -> dict[bytes, Entry]:
        if self._store is None:
            return {}
        flying = self._in_flight
        if not flying:
            return self._store.read(keys)
        found = self._store.read([key for key in keys if key not in flying])
        return found | {key: flying[key] for key in keys if key in flying}

    def begin(self, decided: Decided) -> None:
        """Its transaction is under way; a failure ends the process, so what is decided meanwhile may stand on it."""
        self._in_flight = decided.effects.puts

    def offsets(self, work: Work, spans: Spans) -> dict[str, int]:
        """By topic, the offsets to be committed with a step that has written `spans`.

        A step of timers alone commits where it stands, so that the group can refuse it. What a chained stage writes to its link is handled.
        """
        found = {record.topic: record.offset + 1 for record in work.records} or dict(self.handled)
        if (link := self.link) is not None and link in spans:
            found[link[0]] = spans[link].end
        return found

    @property
    def link(self) -> tuple[str, int] | None:
        """A chained stage's link: topic and partition."""
        return None if self.chain is None else (self.chain.link.name, self.number)

    async def strangers(self, spans: Spans) -> list[Record]:
        """What somebody else has written to the link before our own records: between our transactions stands nothing but a marker."""
        link = self.link
        if link is None or link not in spans or spans[link].first <= self._link_seen + self._link_marker:
            return []
        return await restore.read_between(self.context.bootstrap, link, self._link_seen, spans[link].first)

    async def sweep(self, positions: Positions) -> None:
        """Take in what stands in the link behind our own records: what stages left over that ran apart, or what strangers wrote."""
        if (link := self.link) is None or any(record.topic == link[0] for record in self.inbox.waiting):
            return
        log_ = await positions.log(*link)
        start = max(self._link_seen, self.handled[link[0]])
        if log_.stable <= start + self._link_marker:
            return
        self._link_seen, self._link_marker = log_.stable, 0
        self.inbox.put_first(await restore.read_between(self.context.bootstrap, link, start, log_.stable))

    def apply(self, decided: Decided, spans: Spans) -> None:
        """The step is committed: write entries, timers and the changelog's position in one batch."""
        if self._store is not None and self.stage.changelog is not None and decided.entries:
            self._store.apply(decided.entries, decided.before, spans[self.stage.changelog.name, self.number].end)
        self._in_flight = {}
        self.handled |= self.offsets(decided.work, spans)
        if (link := self.link) is not None and link in spans:
            self._link_seen, self._link_marker = spans[link].end, 1
        self._look_ahead()

    def _look_ahead(self) -> None:
        self.looked_at = time.monotonic()
        self.next_due = self._store.next_due() if self._store else None

    def observe(self) -> None:
        """Refresh the gauges (called every few seconds)."""
        metrics.STAGE_LAG_SECONDS().labels(*self._labels).set(self.inbox.waiting_seconds)
        if self._store is None:
            return
        overdue = 0 if self.next_due is None else max(0, self.context.clock.now_ms() - self.next_due) / 1000
        metrics.TIMERS_OVERDUE_SECONDS().labels(*self._labels).set(overdue)
        metrics.OPEN_CASES().labels(*self._labels).set(self._store.count_timers())

    def close(self) -> None:
        """Give the store's lock back; not while a step is in flight."""
        self.ready = False
        metrics.STAGE_READY().labels(*self._labels).set(0)
        if self._store is not None:
            self._store.close()
            self._store = None
        log.info("partition-closed", stage=self.stage.name, partition=self.number)
