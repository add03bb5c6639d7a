"""How long a stage's fetches wait, how much a step takes in, and what of its records is compressed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from streams.engine import transport
from streams.engine.batches import Numbering, Sheets, closed
from streams.engine.pace import LEAST_RECORDS, STEP_SECONDS, Pace
from streams.engine.partition import Decided, Work
from streams.engine.processor import Processor
from streams.engine.transport import ASLEEP, ASLEEP_AFTER_SECONDS, GATHERING, IDLE, SOON_SECONDS, BatchConsumerThread
from streams.engine.types import Effects, Output

_COMPRESSION_AT, _COMPRESSION = 22, 0b111


class Rig:
    """A fetching thread whose broker and clock are here; `later` is what it has asked to be called after so many seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.later = 1000.0, list[tuple[float, Callable[[], None]]]()
        self._fetcher = SimpleNamespace(_fetch_min_bytes=0, _fetch_max_wait_ms=0)
        loop = SimpleNamespace(call_later=self._call_later)
        monkeypatch.setattr(transport, "asyncio", SimpleNamespace(get_running_loop=lambda: loop))
        monkeypatch.setattr(transport, "time", SimpleNamespace(monotonic=lambda: self.now))
        self._thread = cast("Any", BatchConsumerThread.__new__(BatchConsumerThread))
        self._thread._relaxing, self._thread._found_at = None, 0.0

    def _call_later(self, seconds: float, call: Callable[..., None], *arguments: object) -> Any:
        self.later = [(seconds, lambda: call(*arguments))]
        return SimpleNamespace(cancel=self.later.clear)

    def fetched(self, after: float) -> tuple[int, int]:
        """Records came some seconds later; how the next fetch waits."""
        self.now += after
        self._thread.came(SimpleNamespace(_fetcher=self._fetcher))
        return self.waits

    def relax(self) -> float:
        """Let the seconds go by that it has set itself; how many those were."""
        ((seconds, call),) = self.later
        call()
        return seconds

    @property
    def waits(self) -> tuple[int, int]:
        return self._fetcher._fetch_min_bytes, self._fetcher._fetch_max_wait_ms


def test_a_record_that_comes_alone_is_followed_by_no_gathering_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only when the next comes soon after are records gathered, and no longer than they come."""
    rig = Rig(monkeypatch)
    assert rig.fetched(after=5.0) == IDLE
    assert rig.fetched(after=SOON_SECONDS / 2) == GATHERING
    assert rig.relax() == SOON_SECONDS
    assert rig.waits == IDLE


def test_fetches_sleep_once_nothing_has_come_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the first record wakes them."""
    rig = Rig(monkeypatch)
    rig.fetched(after=5.0)
    assert rig.relax() == ASLEEP_AFTER_SECONDS
    assert rig.waits == ASLEEP
    assert rig.fetched(after=60.0) == IDLE


@pytest.mark.parametrize(("size", "compressed"), [(200, False), (20_000, True)])
def test_only_what_is_worth_it_is_compressed(size: int, compressed: bool) -> None:  # noqa: FBT001 -- a test's parameter
    """A record alone in its batch is written as it is."""
    sheets = Sheets(1)
    sheets.add([Output("events", b"key", b"x" * size, ())], 0)
    ((page,),) = sheets.laid_out(0).values()
    data = asyncio.run(closed(page, ("events", 0), Numbering(1, 1)))
    assert bool(data[_COMPRESSION_AT] & _COMPRESSION) == compressed


@pytest.mark.parametrize(
    ("seconds", "partitions", "most"), [(0.001, 1, 2000), (0.001, 4, 500), (0.1, 4, 50), (0.1, 500, 1), (0.0, 1, 2_000_000_000)]
)
def test_a_step_takes_what_is_decided_in_a_moment(seconds: float, partitions: int, most: int) -> None:
    """However slow the stage or the machine is: longer steps would look like a worker that stands still. Some always go on together."""
    pace = Pace()
    pace.took(LEAST_RECORDS, seconds * LEAST_RECORDS)

    assert pace.records(partitions) == most


def test_the_first_step_is_small_and_small_ones_say_little() -> None:
    """A process that has just begun does not know what a record costs, and a lone record costs as much as a step."""
    pace = Pace()
    assert pace.records(4) == LEAST_RECORDS // 4
    pace.took(LEAST_RECORDS, 0.0001 * LEAST_RECORDS)
    pace.took(1, 2.0)
    assert pace.records(1) == round(STEP_SECONDS / 0.0001)
    pace.took(LEAST_RECORDS, 0.0003 * LEAST_RECORDS)
    assert pace.records(1) == round(STEP_SECONDS / 0.0002)


class Slow:
    """A partition with more than enough to do, each record of which takes a millisecond of the clock."""

    def __init__(self, number: int, clock: SimpleNamespace) -> None:
        self.number, self.ready, self._clock = number, True, clock

    def has_work(self, _now_ms: int) -> bool:
        return True

    def take(self, _now_ms: int, most: int, _most_bytes: int) -> Work:
        return Work([cast("Any", None)] * most, ())

    async def decide(self, work: Work, now_ms: int) -> Decided:
        self._clock.now += 0.001 * work.size
        return Decided(work, Effects(), {}, {}, now_ms)


def test_a_backlog_is_worked_off_in_steps_of_a_moment() -> None:
    """As many partitions as there may be, all of them get their share of each."""
    clock = SimpleNamespace(now=0.0)
    context = SimpleNamespace(
        monotonic=lambda: clock.now, clock=SimpleNamespace(now_ms=lambda: 0), partitions=4, guard=SimpleNamespace(stamp_ms=lambda: 0)
    )
    processor = Processor(cast("Any", SimpleNamespace(name="slow", changelog=None)), cast("Any", context), cast("Any", None))
    processor.partitions = {number: cast("Any", Slow(number, clock)) for number in range(4)}
    steps = [asyncio.run(processor._decide()) for _ in range(3)]

    assert [[part.work.size for part in step.parts.values()] for step in steps if step] == [[50] * 4, [500] * 4, [500] * 4]
