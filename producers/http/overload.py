"""Past what the machine can do, intake says so: better a 503 with a time to come back than a receipt whose reply takes for ever."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable

from schemas.platform.metrics import INTAKE_WAIT
from schemas.web import Problem

LOOKS = 6
"""The pipeline can do what it did in the best of so many looks: a worker that has just died and come back is soon itself again."""
CERTAIN = 3
"""So many looks in a row must say the same."""
LONGEST_RETRY_SECONDS = 60


class Overload:
    """How long a petition that is taken in now would wait for its reply, at the pace at which petitions are handled now.

    A pipeline that stands still is not overloaded but out of order: what comes is taken in, durable as ever, and waits for its mending.
    Told by whoever watches the topic; read by the event loop. Plain numbers, so no lock.
    """

    def __init__(self, bound_seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`bound_seconds`: how long a petition may have to wait; beyond it new ones are refused."""
        self._bound, self._monotonic = bound_seconds, monotonic
        self._before: tuple[float, int] | None = None
        self._paces: deque[float] = deque(maxlen=LOOKS)
        self._late, self._looks_late = 0.0, 0
        self.asked = 0
        """How often a petition has come: while none does, nobody needs to look."""

    def note(self, handled: int, waiting: int) -> None:
        """`handled`: petitions handled so far, from any beginning; `waiting`: those taken in and not handled yet."""
        now = self._monotonic()
        if self._before is not None and now > self._before[0]:
            self._paces.append((handled - self._before[1]) / (now - self._before[0]))
        self._before = now, handled
        pace = max(self._paces, default=0.0)
        wait = waiting / pace if waiting > 0 and pace > 0 else 0.0
        INTAKE_WAIT().set(wait)
        self._late = max(0.0, wait - self._bound)
        self._looks_late = self._looks_late + 1 if self._late else 0

    def check(self) -> None:
        """Raise Problem 503 with a Retry-After when a petition would wait too long."""
        self.asked += 1
        if self._looks_late >= CERTAIN:
            headers = {"Retry-After": str(min(LONGEST_RETRY_SECONDS, math.ceil(self._late) + 1))}
            raise Problem(503, "overloaded", headers=headers)
