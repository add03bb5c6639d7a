"""Three more workers join under load, take partitions over, and leave again one after another."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.chaos.city import City
from tests.chaos.instance import CLI

MORE = 3
LEAVE_SECONDS = 60.0


@contextmanager
def scaled(city: City, _victim: str) -> Iterator[None]:
    """Raises RuntimeError when a worker does not leave in order."""
    workers = [_join(city, number) for number in range(2, 2 + MORE)]
    try:
        yield
        for worker in workers:
            _leave(worker)
    finally:
        for worker in workers:
            worker.kill()


def _join(city: City, number: int) -> subprocess.Popen[bytes]:
    name = f"case-{number}"
    environment = {**city.environment, "WORKER_ID": name, "STATE_DIR": str(city.data / f"state-{number}"), "METRICS_PORT": "0"}
    with (city.data / f"{name}.log").open("ab") as log:
        return subprocess.Popen([*CLI, "run", "case"], env=environment, stdout=log, stderr=log)


def _leave(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    try:
        code = worker.wait(LEAVE_SECONDS)
    except subprocess.TimeoutExpired:
        raise RuntimeError("a worker did not leave when it was asked to") from None
    if code != 0:
        raise RuntimeError(f"a worker left with exit code {code}")
