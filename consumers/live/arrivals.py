"""How long events that have been seen wait for their place in the read model: the record's end against what is committed."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping

_SPAN_SECONDS = 1.0
_SPANS = 900


class Arrivals:
    """For each partition: up to which offset had come by when, in steps of a second, for the newest fifteen minutes or more."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._spans: dict[int, deque[tuple[int, float]]] = {}  # (last offset, when the span's first record came)
        self.newest: float | None = None
        """When the newest event came (Unix seconds); None when none has come since this process started."""

    def note(self, partition: int, offset: int) -> None:
        """`offset` of the newest record that has just come."""
        now = self.newest = self._now()
        spans = self._spans.setdefault(partition, deque(maxlen=_SPANS))
        if spans and now - spans[-1][1] < _SPAN_SECONDS:
            spans[-1] = (offset, spans[-1][1])
        else:
            spans.append((offset, now))

    def waiting_since(self, next_offsets: Mapping[int, int]) -> float | None:
        """Since when (Unix seconds) the oldest event waits that is not committed yet; None when all are. `next_offsets`: where
        the reader of each partition goes on; a partition that is not named has not been read at all."""
        return min(filter(None, (self._first_open(*place) for place in self._places(next_offsets))), default=None)

    def _places(self, next_offsets: Mapping[int, int]) -> list[tuple[int, int]]:
        return [(partition, next_offsets.get(partition, 0)) for partition in self._spans]

    def _first_open(self, partition: int, next_offset: int) -> float | None:
        spans = self._spans[partition]
        while spans and spans[0][0] < next_offset:
            spans.popleft()
        return spans[0][1] if spans else None
