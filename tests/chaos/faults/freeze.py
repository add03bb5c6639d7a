"""A process stands still and goes on later, as on a machine that is suspended or swaps: it believes that no time has passed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from tests.chaos.city import City


@contextmanager
def frozen(city: City, victim: str) -> Iterator[None]:
    family = city.family(victim)
    for process in family:
        process.suspend()
    yield
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.resume()
    city.revive()
