"""When the incidents' outbox is looked into: after work, now and then, and not at each empty round."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from consumers.incidents import sink as module
from consumers.incidents.sink import IncidentSink


class Rig:
    """A sink whose steps handle what `handled` says; `looks` counts how often the outbox was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, handled: Iterator[int]) -> None:
        self.now, self.looks = 1000.0, 0
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: self.now))
        inner = SimpleNamespace(step=lambda *_: next(handled), finish=lambda: 0)
        self.sink = IncidentSink(cast("Any", inner), cast("Any", None), cast("Any", SimpleNamespace(send_waiting=self._look)))

    def _look(self) -> None:
        self.looks += 1


def test_the_outbox_is_looked_into_at_the_start_after_work_and_every_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a predecessor left goes out at once, what a step asks for after it; an idle minute costs six looks, not a hundred."""
    rig = Rig(monkeypatch, iter([0, 0, 0, 5, 0, 0]))
    seen = []
    for seconds in (0.0, 0.5, 0.5, 0.5, 0.5, 10.0):
        rig.now += seconds
        rig.sink.step(500)
        seen.append(rig.looks)
    assert seen == [1, 1, 1, 2, 2, 3]
