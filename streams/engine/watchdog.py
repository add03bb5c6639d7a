"""Ends a process that makes no progress in spite of work: a supervisor starts a new one, which takes over where the last commit was."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import NoReturn

from schemas.platform.logs import log

CHECK_SECONDS = 1.0


def end_process(reason: str, **fields: object) -> NoReturn:
    """No graceful stop, which could commit something: the transaction in flight is aborted by whoever comes next."""
    log.error("fatal", reason=reason, **fields)
    os._exit(1)


class Watchdog:
    """A thread of its own, so that it also sees an event loop that hangs.

    `stalled_since` gives, by name, since when (monotonic seconds) something with work to do has made no progress.
    """

    def __init__(self, stalled_since: Callable[[], dict[str, float]], limit_seconds: float) -> None:
        self._stalled_since, self._limit = stalled_since, limit_seconds
        self._beat = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        self.beat()
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def beat(self) -> None:
        """The event loop is alive (called from it at least every few seconds)."""
        self._beat = time.monotonic()

    def _watch(self) -> None:
        while not self._stop.wait(CHECK_SECONDS):
            now = time.monotonic()
            since = {**self._stalled_since(), "event-loop": self._beat}
            for name, moment in since.items():
                if now - moment > self._limit:
                    log.error("stalled", what=name, seconds=round(now - moment, 1))
                    end_process(f"{name} has made no progress for {now - moment:.0f} s")
