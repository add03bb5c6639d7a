"""The link of a chained stage, in one partition: written by the chain, not read, but for what others have put there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from streams.engine.batches import Destination
from streams.engine.ports import Ports
from streams.engine.types import Record
from streams.engine.writer import Span

Spans = Mapping[Destination, Span]
"""By topic and partition, where a step's records stand."""


class Link:
    """Knows up to where everything in the link is the chain's own: between its transactions stands nothing but a marker.

    May block while a stranger's transaction is open in it.
    """

    def __init__(self, topic: str, number: int, ports: Ports) -> None:
        self.topic, self.to, self._ports = topic, (topic, number), ports
        self._seen = 0
        self._marker = 0
        """1 when the marker of our own transaction follows on what was seen."""

    async def left_over(self, handled: int, stable: int) -> Sequence[Record]:
        """What stands in it from offset `handled` on and behind our own, up to where it is decided now (`stable`): left over by stages
        that ran apart, or written by strangers."""
        start = max(self._seen, handled)
        if stable <= start + self._marker:
            return ()
        found = await self._between(start, stable)
        self._seen, self._marker = stable, 0
        return found

    async def strangers(self, spans: Spans) -> Sequence[Record]:
        """What somebody else has written before the step's own records."""
        if self.to not in spans or spans[self.to].first <= self._seen + self._marker:
            return ()
        return await self._between(self._seen, spans[self.to].first)

    async def _between(self, start: int, end: int) -> Sequence[Record]:
        if start >= end:
            return ()
        return [record async for records in self._ports.read(*self.to, start, end) for record in records if record.offset < end]

    def offsets(self, spans: Spans) -> dict[str, int]:
        """What of it is handled with a step: all that the step has written."""
        return {self.topic: spans[self.to].end} if self.to in spans else {}

    def written(self, spans: Spans) -> None:
        """The step is committed."""
        if self.to in spans:
            self._seen, self._marker = spans[self.to].end, 1
