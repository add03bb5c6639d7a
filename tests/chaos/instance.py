"""A whole instance, as `petitions up` runs it, whose processes can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.one_machine.embedded.child import guarded
from deploy.one_machine.embedded.ports import free_port
from deploy.one_machine.reach import environment
from deploy.one_machine.runner.directory import Directory
from deploy.one_machine.runner.state import Row, rows
from tests.broker import give_operator
from tests.system.people import wait

START_SECONDS = 180.0
CLI = [sys.executable, "-m", "deploy.cli"]


class Instance:
    """`environment`: settings that its roles get beside those of this process; `options`: more of `petitions up`."""

    def __init__(self, data: Path, *, workers: int = 1, environment: Mapping[str, str] | None = None, options: Sequence[str] = ()) -> None:
        self.data, self.port = data, free_port()
        self._command = [*CLI, "up", "--data", str(data), "--port", str(self.port), "--workers", str(workers), *options]
        self._environment = environment or {}
        self._runner: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        give_operator(Directory(self.data).kafka / "accounts")
        environment = {**os.environ, **self._environment}
        command = guarded(self._command, death_signal=signal.SIGTERM)  # no run of tests that is cut off leaves a city behind
        self._runner = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._runner.stdout is not None
        line = self._runner.stdout.readline()
        if not line.startswith("ready "):
            raise RuntimeError(f"the instance did not start: {line!r}")

    def processes(self) -> list[Row]:
        """What `petitions ps` shows; asked so often that a process for each question would be a load of its own."""
        return rows(Directory(self.data).state)

    def pids(self) -> dict[str, int]:
        return {row.role: row.pid for row in self.processes() if row.pid and row.role != "migrate"}

    def bootstrap(self) -> str:
        return self.environment()["KAFKA_BOOTSTRAP_SERVERS"]

    def environment(self) -> dict[str, str]:
        """The settings that the runner gave to a role, read from the process itself."""
        raw = Path(f"/proc/{self.pids()['web']}/environ").read_bytes()
        return dict(pair.split("=", 1) for pair in raw.decode().split("\0") if "=" in pair)

    def database(self) -> str:
        """The database's address as its administrator has it; each process has a role of its own."""
        return environment(Directory(self.data), {})["DATABASE_URL"]

    def kill(self, role: str) -> None:
        """Its process; the next one, where it has just ended by itself."""
        os.kill(wait(lambda: self.pids().get(role, 0), bool), signal.SIGKILL)

    def is_ready(self) -> bool:
        """Every process serves, by its own word: one that hangs is not ready, whatever the runner last saw."""
        processes = [row for row in self.processes() if row.role != "migrate"]
        return bool(processes) and all(row.state == "ready" and _serves(row.metrics_url) for row in processes)

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        """Until `is_ready`. Raises RuntimeError with what is not."""
        end = time.monotonic() + seconds
        while not self.is_ready():
            if time.monotonic() > end:
                raise RuntimeError(f"the instance did not become ready again: {self.processes()}")
            time.sleep(0.5)

    def stop(self) -> None:
        if self._runner is not None:
            self._runner.terminate()
            self._runner.wait(60)


def _serves(metrics_url: str | None) -> bool:
    if metrics_url is None:  # broker and database, which have no such page
        return True
    try:
        with urllib.request.urlopen(metrics_url.replace("/metrics", "/readyz"), timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False
