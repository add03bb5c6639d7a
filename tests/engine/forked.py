"""Worker processes that begin where all modules are imported already: a test of crashes starts dozens, and importing is most of a start."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
from collections.abc import Mapping
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.engine.forked", "streams.engine.app", "streams.engine.chain", "streams.worker"])


class Worker:
    """A process of its own that runs a module as `python -m` does, with this environment; its standard error goes to `said`."""

    def __init__(self, module: str, environment: Mapping[str, str], said: Path) -> None:
        self._process = _FORKS.Process(target=_run, args=(module, dict(environment), said), daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()

    def wait(self, seconds: float) -> int:
        """Until it has ended; its exit code, below zero the signal that ended it. Raises TimeoutError."""
        self._process.join(seconds)
        if self._process.exitcode is None:
            raise TimeoutError(f"process {self.pid} did not end")
        return self._process.exitcode


def _run(module: str, environment: Mapping[str, str], said: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    with said.open("wb") as file:
        os.dup2(file.fileno(), 2)
    runpy.run_module(module, run_name="__main__")
