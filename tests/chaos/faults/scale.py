"""Three more workers join under load, take partitions over, and leave again one after another."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from deploy.one_machine.embedded.ports import free_port
from deploy.one_machine.runner.roles import answers_ready
from tests.chaos.city import City
from tests.chaos.instance import CLI

MORE = 3
JOIN_SECONDS, LEAVE_SECONDS = 300.0, 60.0
"""Three processes start at once on a machine that the load may fill: how long that takes says nothing of the stage."""


@dataclass(frozen=True, slots=True)
class Worker:
    name: str
    port: int
    process: subprocess.Popen[bytes]


@contextmanager
def scaled(city: City, _victim: str) -> Iterator[None]:
    """Raises RuntimeError when a worker gets no partition, or does not leave in order."""
    workers = [_start(city, f"case-{number}") for number in range(2, 2 + MORE)]
    try:
        for worker in workers:
            _wait_joined(worker)
        yield
        for worker in workers:
            _leave(worker)
    finally:
        for worker in workers:
            worker.process.kill()


def _start(city: City, name: str) -> Worker:
    port = free_port()
    environment = {**city.environment, "WORKER_ID": name, "STATE_DIR": str(city.data / f"state-{name}"), "METRICS_PORT": str(port)}
    with (city.data / f"{name}.log").open("ab") as log:
        return Worker(name, port, subprocess.Popen([*CLI, "run", "case"], env=environment, stdout=log, stderr=log))


def _wait_joined(worker: Worker) -> None:
    """Ready: it has a partition, of as many as there are workers."""
    end, ready = time.monotonic() + JOIN_SECONDS, answers_ready(f"http://127.0.0.1:{worker.port}")
    while not ready():
        if time.monotonic() > end or worker.process.poll() is not None:
            raise RuntimeError(f"{worker.name} did not join (exit code {worker.process.poll()})")
        time.sleep(0.2)


def _leave(worker: Worker) -> None:
    worker.process.terminate()
    try:
        code = worker.process.wait(LEAVE_SECONDS)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{worker.name} did not leave when it was asked to") from None
    if code != 0:
        raise RuntimeError(f"{worker.name} left with exit code {code}")
