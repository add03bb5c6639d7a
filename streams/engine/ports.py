"""What a worker touches of the world, each behind a small interface. `prepare.py` builds the real ones, `tests/simulation` its own."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from schemas.platform.clock import Clock
from streams.engine.client import Client
from streams.engine.clock_guard import ClockGuard
from streams.engine.faults import Faults
from streams.engine.inbox import Inbox
from streams.engine.positions import Positions
from streams.engine.store import Store
from streams.engine.types import Record
from streams.engine.writer import Membership, Writer


class Consumed(NamedTuple):
    """How far the consumer of one topic partition has come, all as of one instant.

    `epoch`: seeks so far. `delivered`: where the last fetch that was handed out ended. `position`: the next offset to be fetched, beyond
    which nothing has been looked at; it also passes what no reader gets to see (transaction markers, aborted records).
    """

    epoch: int
    delivered: int
    position: int


class Feed(Protocol):
    """The records of this worker's partitions, as the group's consumer fetches them; they go into the partitions' inboxes."""

    async def seek(self, topic: str, partition: int, offset: int) -> int:
        """Fetch from this offset; the epoch that fetches from there will carry."""
        ...

    async def consumed(self, topic: str, partition: int) -> Consumed: ...

    def drained(self, partition: int, inbox: Inbox) -> None:
        """Records were taken out of this partition's inbox: fetching may go on where it paused."""
        ...

    def membership(self) -> Membership:
        """This worker's place in its group. Raises Fenced when the group knows it no more."""
        ...


class Disk(Protocol):
    """Where a worker's stores lie."""

    async def open(self, partition: int) -> Store:
        """The partition's store, as it was left. May wait some seconds for a predecessor to let go of it."""
        ...

    def set_aside(self, partition: int) -> str:
        """Move the closed store that was opened last away, never to be deleted from here; its new name."""
        ...


Read = Callable[[str, int, int, int], AsyncIterator[Sequence[Record]]]
"""(topic, partition, first offset, end) → the committed records in between, in batches and in order, all of them. `end` is stable."""


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for all of a worker: its name and settings, its clocks, its crash points."""

    group: str
    worker: str
    """Distinguishes the worker from its like: the same name again shuts its predecessor out."""
    partitions: int
    max_step_records: int
    clock: Clock
    guard: ClockGuard
    faults: Faults
    monotonic: Callable[[], float] = time.monotonic
    beside: tuple[str, ...] = ()
    """The groups of the other stages of the deployment, whose workers may have done this one's work before, or may do it."""

    def is_right(self, now_ms: int) -> bool:
        """Whether the clock can be trusted now, and could when it showed `now_ms`: it has not been set back since."""
        return self.guard.is_sound() and self.clock.now_ms() >= now_ms


@dataclass(frozen=True, slots=True)
class Ports:
    """All that a processor works through."""

    client: Client
    writer: Writer
    positions: Positions
    feed: Feed
    disk: Disk
    read: Read
