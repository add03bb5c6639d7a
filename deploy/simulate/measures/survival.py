"""Medians of waiting times of which some have not ended yet."""

from __future__ import annotations

from collections.abc import Iterable


def median(waits: Iterable[tuple[float, bool]]) -> float | None:
    """The median of (duration, ended): Kaplan and Meier's estimate, with its unit that of the durations.

    What is still waiting counts for as long as it has waited. To leave it out would make those look quick who answer only what is
    easy. None: it cannot be told yet, since too few waits have ended.
    """
    ordered = sorted(waits, key=lambda wait: (wait[0], not wait[1]))
    alive = 1.0
    for at, (duration, ended) in enumerate(ordered):
        if ended:
            left = len(ordered) - at
            alive *= (left - 1) / left
            if alive <= 0.5:
                return duration
    return None


def ended_share(waits: Iterable[tuple[float, bool]]) -> list[tuple[float, float]]:
    """The curve behind it: (duration, share that has ended by then), a point for each duration at which some ended."""
    ordered = sorted(waits, key=lambda wait: (wait[0], not wait[1]))
    alive, curve = 1.0, [(0.0, 0.0)]
    for at, (duration, ended) in enumerate(ordered):
        if ended:
            left = len(ordered) - at
            alive *= (left - 1) / left
            curve.append((duration, 1 - alive))
    return curve
