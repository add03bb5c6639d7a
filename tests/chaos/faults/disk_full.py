"""Not a byte more fits on the disk under a worker's store, a broker or the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.chaos.city import City


@contextmanager
def full(city: City, victim: str) -> Iterator[None]:
    disk = city.mounts[victim]
    disk.fill()
    yield
    disk.free()
    city.revive()
