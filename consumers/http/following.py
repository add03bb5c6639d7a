"""Following one petition: history and live events joined by their number, without gap or repeat."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable

from consumers.http.state import Views
from consumers.live.feed import Subscription
from consumers.read_model.reading import Away, Snapshot
from consumers.timeline import TimelineEntry

LOOK_AGAIN_SECONDS = 0.25
GIVE_UP_SECONDS = 10.0


class Joined:
    """Puts entries from several sources in order. Gives each number once, and a number only after the one before it."""

    def __init__(self, last: int) -> None:
        self.last = last
        self._waiting: dict[int, TimelineEntry] = {}
        self._hole_since: float | None = None

    def add(self, entries: Iterable[TimelineEntry]) -> None:
        self._waiting.update({entry.seq: entry for entry in entries if entry.seq > self.last})

    def take(self) -> list[TimelineEntry]:
        """What can be given now."""
        found = []
        while (entry := self._waiting.pop(self.last + 1, None)) is not None:
            found.append(entry)
            self.last += 1
        if found or not self._waiting:
            self._hole_since = None
        return found

    def has_hole(self, now: float) -> bool:
        """Something newer is here, its predecessor is not. After 10 s it is given up: it stands in the dead letters."""
        if not self._waiting:
            return False
        if self._hole_since is None:
            self._hole_since = now
        if now - self._hole_since < GIVE_UP_SECONDS:
            return True
        self.last = min(self._waiting) - 1
        return False


def merged(snapshot: Snapshot | None, recent: list[TimelineEntry]) -> tuple[dict[str, object], list[TimelineEntry]] | None:
    """The newest view and all entries, from the read model and the live ring; None when neither knows the petition."""
    joined = Joined(0)
    joined.add(snapshot.entries if snapshot else [])
    joined.add(recent)
    entries = joined.take()
    if not entries:
        return (snapshot.case, snapshot.entries) if snapshot else None
    if snapshot is not None and snapshot.seq >= entries[-1].seq:
        return snapshot.case, entries
    newest = entries[-1].case
    return (newest, entries) if "received_at" in newest else ((snapshot.case, entries) if snapshot else None)


async def follow(views: Views, petition_id: str, subscription: Subscription, joined: Joined) -> AsyncIterator[list[TimelineEntry]]:
    """Entries behind `joined.last` as they come, for ever; an empty list is a heartbeat. Ends when the subscription is closed."""
    heartbeat = views.settings.heartbeat_seconds
    while not subscription.closed:
        if found := joined.take():
            yield found
        hole = joined.has_hole(time.monotonic())
        came = await subscription.wait(LOOK_AGAIN_SECONDS if hole else heartbeat)
        joined.add(came)
        if subscription.lost or (hole and not came):
            subscription.lost = False
            await catch_up(views, petition_id, joined)
        elif not came and not hole:
            yield []


async def is_there(views: Views, petition_id: str, seq: int) -> bool:
    """Whether the petition has an event with this number. The read model may be a moment behind what the client has seen live."""
    end = time.monotonic() + views.settings.arrival_wait_ms / 1000
    while True:
        joined = Joined(seq - 1)
        await catch_up(views, petition_id, joined)
        if joined.take():
            return True
        if time.monotonic() >= end:
            return False
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def catch_up(views: Views, petition_id: str, joined: Joined) -> None:
    """Add what the read model and the ring have. Without a database the stream goes on with what comes live."""
    joined.add(views.live.recent(petition_id))
    try:
        joined.add(await views.reader.after(petition_id, joined.last))
    except Away:
        return
