"""Processes of this machine by pid and start time: a pid alone may meanwhile belong to another program."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

_POLL = 0.02


def started_at(pid: int) -> str | None:
    """A text that stays the same for the life of the process; None if there is no such process."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        # Field 3 is the state (Z: dead, not yet buried), field 22 the start time in clock ticks since boot.
        return None if fields[0] == "Z" else fields[19]
    shown = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout.strip() or None


def is_running(pid: int, started: str) -> bool:
    return started_at(pid) == started


def end(pid: int, started: str, limit: float = 5.0) -> bool:
    """Kill the process if it still is the one that `started` then; whether there was one."""
    if not is_running(pid, started):
        return False
    os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + limit
    while is_running(pid, started) and time.monotonic() < until:
        time.sleep(_POLL)
    return True
