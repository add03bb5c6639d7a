"""Crash points: where a test can kill the process, between each two of the numbered steps."""

from __future__ import annotations

import os
import signal
from typing import Literal, get_args

CrashPoint = Literal[
    "start:fenced",
    "start:positioned",
    "start:opened",
    "start:caught-up",
    "step:decided",
    "step:produced",
    "step:offsets-sent",
    "step:committed",
    "step:stored",
]
CRASH_POINTS: tuple[CrashPoint, ...] = get_args(CrashPoint)


class Faults:
    """Kills the process with SIGKILL at the `count`-th pass of one point (`CRASH_AT=step:produced:3`); else does nothing."""

    def __init__(self, spec: str = "") -> None:
        stage, point, count = [*spec.split(":"), "", ""][:3] if spec else ("", "", "")
        self._point = f"{stage}:{point}"
        self._left = int(count or 1)
        if spec and self._point not in CRASH_POINTS:
            raise ValueError(f"CRASH_AT: {self._point!r} is not one of {', '.join(CRASH_POINTS)}")

    def passing(self, point: CrashPoint) -> None:
        if point != self._point:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
