"""What the embedded broker and the embedded database have in common: start, wait until it serves, stop, kill."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from types import TracebackType
from typing import ClassVar, Self

from deploy.errors import Failed
from deploy.one_machine.embedded.child import Child, Command

_POLL = 0.05


class Server(ABC):
    """One server process at a time; a context manager that starts and stops it."""

    failed: ClassVar[type[Failed]]
    """What is raised when it ends while starting, or takes too long."""
    stop_limit: ClassVar[float]
    """Seconds from the request to stop to the kill."""

    def __init__(self) -> None:
        self._child: Child | None = None

    @abstractmethod
    def command(self) -> Command:
        """The command that runs the server on its data directory, which is prepared."""

    @property
    @abstractmethod
    def ready(self) -> bool:
        """It serves."""

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child and self._child.alive else None

    def launch(self) -> Child:
        """Start it without waiting (the nodes of a cluster wait for one another)."""
        self._child = Child(self.command())
        return self._child

    def start(self, timeout: float = 60) -> None:
        """Start it and wait until it serves. Raises what `failed` says."""
        self.launch()
        self.wait_ready(timeout)

    def wait_ready(self, timeout: float = 60) -> None:
        end = time.monotonic() + timeout
        while not self.ready:
            if self._child is None or not self._child.alive:
                raise self.failed(f"{self} ended while starting: {self._last_words()}")
            if time.monotonic() > end:
                raise self.failed(f"{self} is not ready after {timeout:.0f} s: {self._last_words()}")
            time.sleep(_POLL)

    def stop(self, limit: float | None = None) -> None:
        if self._child:
            self._child.stop(self.stop_limit if limit is None else limit)

    def kill(self) -> None:
        """End it as a power failure would (tests)."""
        if self._child:
            self._child.kill()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _last_words(self) -> str:
        return self._child.last_words() if self._child else "it was not started"
