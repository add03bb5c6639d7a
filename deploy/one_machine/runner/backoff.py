"""How long to wait before a process that died is started again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """The first death is answered at once, each further one after a longer pause; `calm` seconds of service forgive the past."""

    pauses: tuple[float, ...] = (0.0, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
    calm: float = 20.0

    def pause(self, deaths: int) -> float:
        """Seconds before the start that follows `deaths` earlier deaths in a row."""
        return self.pauses[min(deaths, len(self.pauses) - 1)]
