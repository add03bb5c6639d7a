"""What looks after a worker from beside its work: that it ends what stands still, and nothing else; that it touches nothing."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Never, cast

import pytest
from faust.types import TP
from structlog.testing import capture_logs

from schemas.events.topics import Topic
from streams.engine import watchdog
from streams.engine.client import Tries
from streams.engine.clock_guard import MOST_AHEAD_SECONDS, TOLERANCE_SECONDS, ClockGuard
from streams.engine.inbox import Fetched, Inbox
from streams.engine.layout import PartitionsDiffer, check_partitions
from streams.engine.observer import Observer
from streams.engine.partition import Partition
from streams.engine.ports import Context, Ports
from streams.engine.positions import Positions
from streams.engine.processor import Processor
from streams.engine.waiting import SAY_SECONDS
from streams.engine.watchdog import START_SECONDS, Watchdog
from tests.engine.test_parts import Appending, record

SECONDS = 10.0
"""After which a test gives up waiting; only ever reached by a mistake."""
LIMIT = 6.0
LONG = 3600.0


class Untouchable:
    """A store or a connection of which nobody may ask anything."""

    def __getattr__(self, name: str) -> Never:
        raise AssertionError(f"{name} was asked of what belongs to another thread")


@dataclass
class Time:
    """Seconds that a test sets: steady, and of the wall. Also the deployment's clock, which shows the latter."""

    steady: float = 1000.0
    wall: float = 1_800_000_000.0

    def goes(self, seconds: float) -> None:
        self.steady += seconds
        self.wall += seconds

    def now_ms(self) -> int:
        return round(self.wall * 1000)

    def wall_seconds(self, duration_ms: int) -> float:
        return duration_ms / 1000

    def shown_at(self, wall_ms: float) -> int:
        return int(wall_ms)


@dataclass
class Rig:
    """A partition that is ready, by a clock that stands until it is told; its store must not be touched."""

    time: Time = field(default_factory=Time)
    partition: Partition = field(init=False)

    def __post_init__(self) -> None:
        guard = ClockGuard("appending", lambda: self.time.wall, lambda: self.time.steady)
        context = Context("g", "w", 1, 100, self.time, guard, cast("Any", None), lambda: self.time.steady)
        self.partition = Partition(Appending(), 0, context, cast("Ports", Untouchable()), lambda: None)
        self.partition.inbox.begin({"t": 0}, {"t": 1})
        self.partition.handled["t"] = 0
        self.partition._store = cast("Any", Untouchable())
        self.partition.ready = True

    def waiting(self) -> float | None:
        """For how many seconds its work has waited."""
        since = self.partition.waiting_since(self.time.steady)
        return None if since is None else self.time.steady - since


def test_what_the_watchdog_asks_touches_neither_store_nor_network() -> None:
    """Numbers only, with timers due and records waiting: the store's cursor belongs to the loop, and another thread that moves it loses
    timers."""
    rig = Rig()
    rig.partition.next_due = rig.time.now_ms() - 1000
    rig.partition.inbox.put(Fetched("t", 0, 1, 0, 1, [record(0)]))
    observer = _observer(rig)

    assert set(observer._stalls()) == {"group", "partition 0"}


def test_a_watch_that_fails_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A watchdog that does not watch is worse than none."""
    monkeypatch.setattr(watchdog, "CHECK_SECONDS", 0.001)
    ended, why = threading.Event(), list[str]()

    def broken() -> Never:
        raise ZeroDivisionError("a mistake in it")

    dog = Watchdog(broken, LIMIT, lambda reason: (why.append(reason), ended.set()))
    dog.start()

    assert ended.wait(SECONDS)
    assert "the watchdog failed: ZeroDivisionError" in why[0]


def test_a_quiet_worker_is_healthy_and_its_first_late_timer_has_all_its_time() -> None:
    """After an hour without anything to do a timer comes due while the broker pauses: it has waited since then, not for an hour."""
    rig = Rig()
    rig.time.goes(LONG)
    quiet = rig.waiting()
    rig.partition.next_due = rig.time.now_ms()
    rig.time.goes(1.6)

    assert (quiet, rig.waiting()) == (None, pytest.approx(1.6))


def test_what_hangs_while_it_starts_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A partition that opens and does not come forward, and an event loop that never begins: each for as long as it may, no longer."""
    rig = Rig()
    rig.partition.ready, rig.partition.opening_since = False, rig.time.steady
    rig.time.goes(LIMIT + 1)
    monkeypatch.setattr(watchdog, "time", SimpleNamespace(monotonic=lambda: rig.time.steady))
    why: list[str] = []
    dog = Watchdog(dict, LIMIT, why.append)
    for _ in range(round(START_SECONDS) + 1):
        rig.time.goes(1)
        dog.look()

    assert rig.partition.waiting_since(rig.time.steady) == rig.partition.opening_since
    assert why == [f"event-loop has made no progress for {START_SECONDS + 1:.0f} s"]


def test_who_tries_again_without_end_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not at the first tries, which pass; after some seconds, with the request and why, and then seldom."""
    moment = Time()

    async def trying() -> None:
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: moment.steady)
        tries = Tries("EndTxn")
        for _ in range(20):
            await tries.pause(0, "no answer")
            moment.goes(1)

    with capture_logs() as told:
        asyncio.run(trying())

    assert {(one["event"], one["request"], one["why"]) for one in told} == {("kafka-retried", "EndTxn", "no answer")}
    assert [one["seconds"] for one in told] == [pytest.approx(each * SAY_SECONDS) for each in range(1, len(told) + 1)]
    assert 1 <= len(told) <= 20 / SAY_SECONDS


def test_a_strangers_open_transaction_is_told_and_not_died_of() -> None:
    """Fifty acknowledged records behind it: they count as lag, the time is told apart, and nothing of it is this worker's stall."""
    rig = Rig()
    observer, tp = _observer(rig), TP("t", 0)
    observer._note(rig.partition, {("t", 0): 50}, {("t", 0): 0})  # type: ignore[dict-item]
    first = observer._blocked[tp]
    observer._note(rig.partition, {("t", 0): 60}, {("t", 0): 0})  # type: ignore[dict-item]
    still = observer._blocked[tp]
    observer._note(rig.partition, {("t", 0): 60}, {("t", 0): 60})  # type: ignore[dict-item]

    assert first == still
    assert tp not in observer._blocked
    assert observer._lagging.keys() == {tp}  # from now on it could read on


def _observer(rig: Rig) -> Observer:
    seen = SimpleNamespace(epoch=1, delivered=0, position=0)
    processor = SimpleNamespace(stage=rig.partition.stage, partitions={0: rig.partition}, busy_since=None)
    consumer = SimpleNamespace(look=lambda _tp: seen)
    return Observer(
        cast("Processor", processor),
        cast("Positions", Untouchable()),
        lambda: cast("Any", consumer),
        LIMIT,
        differ=cast("Any", Untouchable()),
    )


@pytest.mark.parametrize("found", [2, 8])
def test_a_worker_ends_where_a_topic_has_another_number_of_partitions(found: int) -> None:
    """More of them would be read by nobody; the error says what to set."""

    class Positioned:
        async def partitions(self, _topic: str) -> int:
            return found

    stage = Appending()
    stage.inputs = (Topic("petitions.intake", "", retention_ms=None),)

    with pytest.raises(PartitionsDiffer, match=f"petitions.intake has {found} partitions, PARTITIONS is 4: set it to {found}"):
        asyncio.run(check_partitions(stage, cast("Positions", Positioned()), 4))


def test_a_step_takes_so_many_bytes_however_few_records_they_are() -> None:
    """Records of 500 kB: four to two megabytes, one alone where it is larger, and none is lost."""
    inbox = Inbox()
    inbox.begin({"t": 0}, {"t": 1})
    inbox.put(Fetched("t", 0, 1, 0, 9, [record(offset, b"x" * 500_000) for offset in range(9)]))
    taken = [[one.offset for one in inbox.take(300, most)] for most in (2_100_000, 1, 10_000_000)]

    assert taken == [[0, 1, 2, 3], [4], [5, 6, 7, 8]]
    assert inbox.size == 0


def test_a_clock_that_jumps_stops_timers_and_is_believed_again_by_the_brokers() -> None:
    """An hour ahead: no timer fires, and records bear no time that a broker would refuse. When a broker's own clock says the same, or the
    jump is taken back, all goes on. The machine's sleep is no jump."""
    moment = Time()
    guard = ClockGuard("case", lambda: moment.wall, lambda: moment.steady)
    moment.goes(LONG)
    slept = guard.is_sound()
    moment.wall += LONG
    jumped, stamp = guard.is_sound(), guard.stamp_ms()
    guard.told(round(moment.wall * 1000))
    agreed = guard.is_sound()
    moment.wall -= LONG
    back = guard.is_sound()
    guard.told(round(moment.wall * 1000))

    assert (slept, jumped, agreed, back, guard.is_sound()) == (True, False, True, False, True)
    assert stamp == round((moment.wall + MOST_AHEAD_SECONDS) * 1000)
    assert TOLERANCE_SECONDS < LONG


def test_giving_back_nothing_gives_back_nothing() -> None:
    """A rebalance that takes nothing from a worker closes none of its partitions."""
    rig = Rig()
    processor = object.__new__(Processor)
    processor.partitions, processor._leaving, processor._between_steps = {0: rig.partition}, 0, asyncio.Lock()
    asyncio.run(processor.close(set()))

    assert processor.partitions == {0: rig.partition}
    assert rig.partition.ready
