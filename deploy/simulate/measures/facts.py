"""What the record says about offices: small facts, each with the office that answers for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An office was given a case. `hours`: working hours until it accepted, or, with `done` False, for which it has not."""

    office: str
    hours: float
    done: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """A petition (or its reopening) waited for an answer. `hours`: working hours until it came, or for which it has not.

    `in_time` None: not answered and not late, or late because the deadline fell into an outage of the pipeline.
    """

    office: str
    hours: float
    done: bool
    in_time: bool | None


@dataclass(frozen=True, slots=True)
class Routing:
    """The office that first had an answered petition, and whether it was the one that answered."""

    office: str
    right: bool


@dataclass(frozen=True, slots=True)
class Had:
    """The office had this petition at some time."""

    office: str
    petition_id: str


@dataclass(frozen=True, slots=True)
class PassedOn:
    """The office handed a case on, or tried to. `disputed`: a superior had to decide."""

    office: str
    disputed: bool


@dataclass(frozen=True, slots=True)
class Returned:
    """An answer without substance was sent back to the office."""

    office: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The citizen got an answer; `reopened` says whether the citizen sent it back to work."""

    office: str
    reopened: bool


@dataclass(frozen=True, slots=True)
class Rating:
    office: str
    stars: int


@dataclass(frozen=True, slots=True)
class Closure:
    """`because`: `rated` or `rating-window-passed`."""

    office: str
    because: str


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A case that an office (or triage) still has to work on. `days`: calendar days since it was received; `late`: late now."""

    office: str
    days: float
    late: bool


@dataclass(frozen=True, slots=True)
class Climb:
    """A case that climbed the ladder: the highest `rung` it reached, 1 to 3."""

    office: str
    rung: int


Fact = Acceptance | Reply | Routing | Had | PassedOn | Returned | Answer | Rating | Closure | Unfinished | Climb


@dataclass(slots=True)
class Days:
    """Counts by day in Hanoi. `ended` counts cases that nobody has to work on any more: answered, refused, withdrawn, merged."""

    received: Counter[date] = field(default_factory=Counter)
    answered: Counter[date] = field(default_factory=Counter)
    late: Counter[date] = field(default_factory=Counter)
    ended: Counter[date] = field(default_factory=Counter)
    begun: Counter[date] = field(default_factory=Counter)
    """Received, reopened or separated again: work that came in."""
