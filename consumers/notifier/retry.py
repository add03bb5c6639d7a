"""When a receiver is tried again. The pause is the receiver's, not the delivery's: it is the circuit that keeps a dead one apart."""

from __future__ import annotations

from datetime import timedelta

from consumers.notifier.policy import Tries


def pause_seconds(tries: Tries, failures: int, chance: float) -> float:
    """After `failures` in a row (1 or more): doubled each time, up to the longest; `chance` (0 to 1) takes up to half of it away."""
    return min(tries.first_seconds * 2.0 ** min(failures - 1, 40), tries.longest_seconds) * (1 - chance / 2)


def is_over(tries: Tries, tried: int, age: timedelta) -> bool:
    """Whether it is parked: tried so often, or so old."""
    return tried >= tries.at_most or age >= timedelta(hours=tries.hours)
