"""What is wrong in a file of the operator's, and what its files have in common."""

from __future__ import annotations

from dataclasses import dataclass

CONFIRMED, TO_BE_CONFIRMED = "confirmed", "to-be-confirmed"
STATUSES = (CONFIRMED, TO_BE_CONFIRMED)
"""Whether the city has confirmed a line."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Where: a line from 1, or 0 for the file as a whole; and what: the field, and the rule that it breaks."""

    line: int
    what: str


class BadRoutingError(ValueError):
    """A file that cannot be used. `mistakes` has each with its line."""

    def __init__(self, name: str, mistakes: list[Mistake]) -> None:
        super().__init__("; ".join(f"{name}:{mistake.line}: {mistake.what}" for mistake in mistakes[:5]))
        self.mistakes = mistakes
