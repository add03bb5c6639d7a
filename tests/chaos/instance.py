"""A whole instance, as `petitions up` runs it, whose processes can be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from deploy.one_machine.embedded import EmbeddedKafka
from deploy.one_machine.embedded.kafka import cluster
from deploy.one_machine.embedded.ports import free_port

START_SECONDS = 180.0
CLI = [sys.executable, "-m", "deploy.cli"]


class Instance:
    """`brokers` 1 uses the runner's own broker; 3 a cluster with replication 3 beside it."""

    def __init__(self, data: Path, *, brokers: int = 1, workers: int = 1) -> None:
        self.data, self.port = data, free_port()
        self._workers = workers
        self._runner: subprocess.Popen[str] | None = None
        self.cluster: list[EmbeddedKafka] = cluster(data / "cluster", brokers) if brokers > 1 else []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        for broker in self.cluster:
            broker.launch()
        for broker in self.cluster:
            broker.wait_ready()
        environment = dict(os.environ)
        if self.cluster:
            environment["KAFKA_BOOTSTRAP_SERVERS"] = ",".join(broker.bootstrap for broker in self.cluster)
            environment["REPLICATION"] = str(len(self.cluster))
        command = [*CLI, "up", "--data", str(self.data), "--port", str(self.port), "--workers", str(self._workers)]
        self._runner = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._runner.stdout is not None
        line = self._runner.stdout.readline()
        if not line.startswith("ready "):
            raise RuntimeError(f"the instance did not start: {line!r}")

    def processes(self) -> list[dict[str, Any]]:
        done = subprocess.run([*CLI, "ps", "--json", "--data", str(self.data)], capture_output=True, text=True, check=True)
        return list(json.loads(done.stdout))

    def pids(self) -> dict[str, int]:
        return {row["role"]: row["pid"] for row in self.processes() if row["pid"] and row["role"] != "migrate"}

    def bootstrap(self) -> str:
        return self.environment()["KAFKA_BOOTSTRAP_SERVERS"]

    def environment(self) -> dict[str, str]:
        """The settings that the runner gave to a role, read from the process itself."""
        raw = Path(f"/proc/{self.pids()['web']}/environ").read_bytes()
        return dict(pair.split("=", 1) for pair in raw.decode().split("\0") if "=" in pair)

    def kill(self, role: str) -> None:
        """SIGKILL to one role, or to a broker of the cluster (`broker-2`), which is started again after two seconds."""
        if role.startswith("broker-"):
            broker = self.cluster[int(role.removeprefix("broker-")) - 1]
            broker.kill()
            time.sleep(2)
            broker.launch()
            return
        os.kill(self.pids()[role], signal.SIGKILL)

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            rows = [row for row in self.processes() if row["role"] != "migrate"]
            if rows and all(row["state"] == "ready" for row in rows):
                return
            time.sleep(0.5)
        raise RuntimeError("the instance did not become ready again")

    def stop(self) -> None:
        if self._runner is not None:
            self._runner.terminate()
            self._runner.wait(60)
        for broker in self.cluster:
            broker.stop()
