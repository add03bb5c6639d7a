"""One partition number of one stage, over all of the stage's input topics: its inbox, its store, its timers, how far it has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from schemas.platform import metrics
from schemas.platform.logs import log
from streams.engine.backlog import Backlog
from streams.engine.batches import Destination
from streams.engine.inbox import Inbox
from streams.engine.link import Link, Spans
from streams.engine.opening import Opening
from streams.engine.ports import Context, Ports
from streams.engine.step import View, decide, fire, merge
from streams.engine.store import Store, encode
from streams.engine.types import Chain, Effects, Entry, Record, Stage

MANY_KEYS = 200


@dataclass(frozen=True, slots=True)
class Work:
    """What one partition takes into a step: records in order, keys whose timers are due."""

    records: Sequence[Record]
    due: Sequence[bytes]

    @property
    def size(self) -> int:
        return len(self.records) + len(self.due)


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

    def __init__(self, stage: Stage, number: int, context: Context, ports: Ports, news: Callable[[], None]) -> None:
        self.stage, self.number, self.context, self._ports = stage, number, context, ports
        self.inbox = Inbox(news, context.monotonic)
        self.ready = False
        self.next_due: int | None = None
        """The earliest due instant as of the last step (ms UTC)."""
        self.opening_since: float | None = context.monotonic()
        """While it opens: when that last came forward (monotonic seconds)."""
        self.handled: dict[str, int] = {}
        """Next offset to handle, by topic, once ready."""
        self.looked_at = context.monotonic()
        """When the timers were last looked at, or could not have been fired (monotonic seconds)."""
        self.backlog = Backlog(self.inbox, self.handled, f"{stage.name}-{number}")
        self._store: Store | None = None
        self._in_flight: Mapping[bytes, Entry] = {}
        chain: Chain | None = getattr(stage, "chain", None)  # most stages are none
        self.link = None if chain is None else Link(chain.link.name, number, ports)
        self._labels = (stage.name, str(number))

    async def open(self) -> None:
        """Take the partition over, after its worker's writer has fenced: see Opening."""
        began = self.context.monotonic()
        metrics.STAGE_READY().labels(*self._labels).set(0)
        opened = await Opening(self.stage, self.number, self._ports, self.context, self._opening_waits).run()
        self._store = opened.store
        self.handled.update(opened.next)
        self.inbox.begin({topic: opened.next[topic] for topic in opened.epochs}, dict(opened.epochs))
        if self.link is not None:
            await self.sweep(await self._ports.positions.stable_ends([self.link.to]))
        self.ready, self.opening_since = True, None
        self._look_ahead()
        metrics.STAGE_READY().labels(*self._labels).set(1)
        for topic in opened.epochs:
            metrics.STAGE_READS().labels(self.stage.name, topic).set(1)
        seconds = round(self.context.monotonic() - began, 3)
        log.info("partition-opened", stage=self.stage.name, partition=self.number, restored=opened.restored, seconds=seconds)

    def _opening_waits(self, seconds: float) -> None:
        """Opening goes on: it may take as long as it needs, also for others' transactions, but not stand still."""
        self.opening_since = self.context.monotonic()
        metrics.STAGE_BLOCKED_SECONDS().labels(*self._labels).set(seconds)

    async def fetch_again(self) -> None:
        """Have what was fetched and lost fetched anew."""
        for topic in self.inbox.gaps:
            position = self.inbox.positions[topic]
            log.info("fetch-lost", stage=self.stage.name, topic=topic, partition=self.number, offset=position)
            self.inbox.resume(topic, await self._ports.feed.seek(topic, self.number, position))

    def is_due(self, now_ms: int) -> bool:
        """Whether a timer has come due."""
        return self.next_due is not None and self.next_due <= now_ms

    def may_fire(self, now_ms: int) -> bool:
        """Whether everything has been handled that was acknowledged when the next timer came due, and the clock that says so is right."""
        return self.is_due(min(now_ms, self.backlog.passed_ms)) and self.context.is_right(now_ms)

    async def let_fire(self, ends: Mapping[str, int], now_ms: int) -> None:
        """See that `may_fire` becomes true as soon as it can; `ends`: the inputs' ends as of `now_ms`."""
        self.backlog.aim(ends, now_ms)
        for topic in self.backlog.unfetched():
            self.backlog.fetched(topic, await self._ports.feed.consumed(topic, self.number))
        self.backlog.check()
        self.hold()

    def hold(self) -> None:
        """That timers do not fire now is meant so: it is not this worker that stands still."""
        self.looked_at = self.context.monotonic()

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

    def has_work(self, now_ms: int) -> bool:
        """Whether there is something to take, as far as can be seen without looking into the store."""
        return len(self.inbox) > 0 or self.is_due(now_ms)

    def take(self, now_ms: int, most: int, most_bytes: int) -> Work | None:
        """What is to be done now, no more than the setting has it; None when there is nothing. Timers only while no step of this partition
        is in flight, and by a clock that is right: what fires is decided as of `now_ms`, whatever came due first."""
        most = min(most, self.context.max_step_records)
        records = self.inbox.take(most, most_bytes)
        self._ports.feed.drained(self.number, self.inbox)
        until = min(now_ms, self.backlog.passed_ms)
        due = self._store.due(until, most) if self._store and not self._in_flight and self.may_fire(now_ms) else []
        return Work(records, due) if records or due else None

    async def decide(self, work: Work, now_ms: int) -> Decided:
        """Let the stage decide: pure, nothing has happened yet. Sees what the step in flight will have put."""
        known = {*(record.key for record in work.records if record.key is not None), *work.due}
        # RocksDB lets go of the interpreter while it reads. Not worth a thread for a few.
        before = self._read(known) if len(known) < MANY_KEYS else await asyncio.to_thread(self._read, known)
        fired = fire(self.stage, work.due, View(before, known, {}, self._read), now_ms)
        effects = merge(fired, decide(self.stage, work.records, View(before, known, fired.puts, self._read), now_ms))
        if effects.splits:
            log.warning("step-split", stage=self.stage.name, partition=self.number, records=len(work.records), splits=effects.splits)
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
        return found if self.link is None else found | self.link.offsets(spans)

    async def sweep(self, stable: Mapping[Destination, int]) -> None:
        """Take in what stands in a chain's link behind our own records; `stable`: up to where the links are decided."""
        if self.link is not None and not any(record.topic == self.link.topic for record in self.inbox.waiting):
            self.inbox.put_first(await self.link.left_over(self.handled[self.link.topic], stable[self.link.to]))

    async def strangers(self, spans: Spans) -> Sequence[Record]:
        """What somebody else has written to a chain's link before the step's own records."""
        return () if self.link is None else await self.link.strangers(spans)

    def apply(self, decided: Decided, spans: Spans) -> None:
        """The step is committed: write entries, timers and the changelog's position in one batch."""
        if self._store is not None and self.stage.changelog is not None and decided.entries:
            self._store.apply(decided.entries, decided.before, spans[self.stage.changelog.name, self.number].end)
        self._in_flight = {}
        self.handled.update(self.offsets(decided.work, spans))
        if self.link is not None:
            self.link.written(spans)
        self.backlog.check()
        self._look_ahead()

    def _look_ahead(self) -> None:
        self.looked_at = self.context.monotonic()
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
