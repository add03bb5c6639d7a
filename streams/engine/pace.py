"""How much a step takes in: as much as is decided in a moment, so that nobody waits long for his turn, however much waits."""

from __future__ import annotations

STEP_SECONDS = 2.0
"""What deciding a step may take. Its transaction, and what its readers spend on a fetch, are a few per cent of that."""
LEAST_RECORDS = 200
"""Of all partitions together: of so many, a step's fixed cost is still a small part."""
_WEIGHT = 0.5
"""Of the newest step in the mean."""


class Pace:
    """Learns from each step what a record costs. Until the first one is over, a step is small: a process that has just begun is slow."""

    def __init__(self) -> None:
        self._seconds: float | None = None

    def records(self, partitions: int) -> int:
        """The most that each of these partitions gives to the next step."""
        if self._seconds is None:
            return max(1, LEAST_RECORDS // partitions)
        affordable = LEAST_RECORDS if self._seconds * LEAST_RECORDS >= STEP_SECONDS else round(STEP_SECONDS / max(self._seconds, 1e-9))
        return max(1, affordable // partitions)

    def took(self, records: int, seconds: float) -> None:
        """A step was decided. Small ones say little: they are the fixed cost."""
        if records < LEAST_RECORDS // 2 and self._seconds is not None:
            return
        each = seconds / records
        self._seconds = each if self._seconds is None else self._seconds + _WEIGHT * (each - self._seconds)
