"""Ends a process that makes no progress in spite of work: a supervisor starts a new one, which takes over where the last commit was."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import NoReturn

from schemas.platform.logs import log

CHECK_SECONDS = 1.0
FROZEN_SECONDS = 3.0
"""A watch that comes so late was frozen together with the process, which must then be given its time anew."""


def end_process(reason: str, **fields: object) -> NoReturn:
    """No graceful stop, which could commit something: the transaction in flight is aborted by whoever comes next."""
    log.error("fatal", reason=reason, **fields)
    sys.stderr.flush()
    os._exit(1)


class Watchdog:
    """A thread of its own, so that it also sees an event loop that hangs.

    `stalled_since` gives, by name, since when (monotonic seconds) something with work to do has made no progress. It is called from
    the thread, so it may only read plain numbers. If it raises, the process ends: a watch that does not watch is worse than none.
    """

    def __init__(self, stalled_since: Callable[[], dict[str, float]], limit_seconds: float) -> None:
        self._stalled_since, self._limit = stalled_since, limit_seconds
        self._beat = self._looked = self._awake_since = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        self.beat()
        self._looked = self._awake_since = time.monotonic()
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
            end_process("the watchdog failed", error=repr(error))

    def look(self) -> None:
        """End the process if something has stood still for longer than the limit."""
        now = time.monotonic()
        if now - self._looked > FROZEN_SECONDS:
            self._awake_since = now
        self._looked = now
        for name, moment in {**self._stalled_since(), "event-loop": self._beat}.items():
            stood = now - max(moment, self._awake_since)
            if stood > self._limit:
                log.error("stalled", what=name, seconds=round(stood, 1))
                end_process(f"{name} has made no progress for {stood:.0f} s")
