"""Loaded by every role's Python at its start: the wall clock can be set, for each role by itself, while it runs.

The file CHAOS_CLOCKS/WORKER_ID says by how many seconds; none, not at all. The monotonic clock goes on undisturbed, as it does when an
operator or NTP sets a machine's time.
"""

import os
import time

_LOOK_SECONDS = 0.1
_true_ns = time.time_ns
_monotonic = time.monotonic


def _install(path: str) -> None:
    looked, offset_ns = 0.0, 0

    def time_ns() -> int:
        nonlocal looked, offset_ns
        now = _monotonic()
        if now - looked > _LOOK_SECONDS:
            looked, offset_ns = now, _read(path)
        return _true_ns() + offset_ns

    time.time_ns = time_ns
    time.time = lambda: time_ns() / 1e9


def _read(path: str) -> int:
    try:
        with open(path, encoding="ascii") as file:  # noqa: PTH123 -- pathlib would be loaded into every process
            return int(float(file.read()) * 1e9)
    except FileNotFoundError:
        return 0


if os.environ.get("CHAOS_CLOCKS"):
    _install(os.path.join(os.environ["CHAOS_CLOCKS"], os.environ.get("WORKER_ID") or "unnamed"))  # noqa: PTH118 -- as above
