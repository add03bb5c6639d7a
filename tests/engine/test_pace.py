"""How long a stage's fetches wait, and what of a step's records is compressed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from streams.engine import transport
from streams.engine.batches import Numbering, Sheets, closed
from streams.engine.transport import ASLEEP, ASLEEP_AFTER_SECONDS, GATHERING, IDLE, SOON_SECONDS, BatchConsumerThread
from streams.engine.types import Output

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
