"""What goes on and on is said: soon enough to be noticed, not so often that it drowns the rest."""

from __future__ import annotations

import asyncio

SAY_SECONDS = 5.0


class Waiting:
    """One wait in the event loop, from now on."""

    __slots__ = ("_loop", "_said", "_since")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._since, self._said = self._loop.time(), 0.0

    @property
    def seconds(self) -> float:
        """How long it has lasted."""
        return self._loop.time() - self._since

    def is_to_be_said(self) -> bool:
        """True once in each SAY_SECONDS, for the first time when so many have passed."""
        if (seconds := self.seconds) - self._said < SAY_SECONDS:
            return False
        self._said = seconds
        return True
