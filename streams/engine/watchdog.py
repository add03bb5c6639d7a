"""Ends a process that makes no progress in spite of work: a supervisor starts a new one, which takes over where the last commit was."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import NoReturn

from schemas.platform.logs import log

CHECK_SECONDS = 1.0
FROZEN_SECONDS = 3.0
"""A watch that comes so late was frozen together with the process, which must then be given its time anew."""
START_SECONDS = 60.0
"""A process whose event loop is not at work so long after its start never will be."""

Stalls = Mapping[str, tuple[float, float]]
"""By name: since when (monotonic seconds) something with work to do has made no progress, and for how many seconds it may."""


def end_process(reason: str, **fields: object) -> NoReturn:
    """No graceful stop, which could commit something: the transaction in flight is aborted by whoever comes next."""
    log.error("fatal", reason=reason, **fields)
    sys.stderr.flush()
    os._exit(1)


class Watchdog:
    """A thread of its own, so that it also sees an event loop that hangs.

    `stalls` is called from the thread, so it may only read plain numbers. If it raises, the process ends: a watch that does not watch is
    worse than none.
    """

    def __init__(self, stalls: Callable[[], Stalls], limit_seconds: float, end: Callable[[str], object] = end_process) -> None:
        self._stalls, self._limit, self._end = stalls, limit_seconds, end
        self._beat: float | None = None
        self._started = self._looked = self._awake_since = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        self._started = self._looked = self._awake_since = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def beat(self) -> None:
        """The event loop is alive (called from it at least every few seconds)."""
        self._beat = time.monotonic()

    def _watch(self) -> None:
        try:
            while not self._stop.wait(CHECK_SECONDS):
                self.look()
        except Exception as error:  # noqa: BLE001 -- whatever it is, nobody would watch any more
            self._end(f"the watchdog failed: {error!r}")

    def _standing(self) -> list[tuple[float, float, str]]:
        """What stands still: the share of its time that it has used up, how long that is, its name."""
        now = time.monotonic()
        loop = (self._started, max(START_SECONDS, self._limit)) if self._beat is None else (self._beat, self._limit)
        stalls = {**self._stalls(), "event-loop": loop}
        return [(stood / limit, stood, name) for name, (since, limit) in stalls.items() for stood in (now - max(since, self._awake_since),)]

    def worst(self) -> float:
        """How much of its time the slowest has used up; at 1 the process ends."""
        return max(self._standing())[0]

    def look(self) -> None:
        """End the process if something has stood still for longer than it may."""
        now = time.monotonic()
        if now - self._looked > FROZEN_SECONDS:
            self._awake_since = now
        self._looked = now
        share, stood, name = max(self._standing())
        if share > 1:
            log.error("stalled", what=name, seconds=round(stood, 1))
            self._end(f"{name} has made no progress for {stood:.0f} s")
