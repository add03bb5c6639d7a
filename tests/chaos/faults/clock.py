"""A role's wall clock is set, forward or back, and later right again. Its monotonic clock goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from tests.chaos.city import City


def jumped(seconds: float) -> Callable[[City, str], AbstractContextManager[None]]:
    """The fault that sets the victim's clock by so much."""

    @contextmanager
    def fault(city: City, victim: str) -> Iterator[None]:
        setting = city.clocks / victim
        part = setting.with_suffix(".part")
        part.write_text(str(seconds), encoding="ascii")
        part.replace(setting)
        yield
        setting.unlink()

    return fault
