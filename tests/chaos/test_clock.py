"""The clock that can be set, for each role by itself."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.chaos.city import HERE

PROGRAM = "import time; from schemas.platform.clock import WallClock; print(WallClock().now_ms() / 1000, time.time(), time.monotonic())"


def _shown(clocks: Path, worker: str) -> list[float]:
    path = os.pathsep.join((str(HERE / "shim"), str(HERE.parents[1])))
    environment = {**os.environ, "PYTHONPATH": path, "CHAOS_CLOCKS": str(clocks), "WORKER_ID": worker}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


@pytest.mark.parametrize("offset", [3600.0, -3600.0])
def test_a_roles_clock_jumps_and_its_neighbours_does_not(tmp_path: Path, offset: float) -> None:
    """Ahead and behind, for what the product reads and for Python's own; the monotonic clock goes on undisturbed."""
    (tmp_path / "case-1").write_text(str(offset), encoding="ascii")
    set_clock, python, monotonic = _shown(tmp_path, "case-1")
    right, _, _ = _shown(tmp_path, "web")

    assert abs(set_clock - time.time() - offset) < 60
    assert abs(python - time.time() - offset) < 60
    assert abs(monotonic - time.monotonic()) < 60
    assert abs(right - time.time()) < 60
