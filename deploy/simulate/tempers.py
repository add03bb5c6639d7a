"""How offices work: a temper each, drawn for the crowd that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Crowd(StrEnum):
    DILIGENT = "diligent"
    MIXED = "mixed"
    NEGLIGENT = "negligent"


@dataclass(frozen=True, slots=True)
class Temper:
    """Shares of cases from 0 to 1. `accept`, `answer`: median and spread (sigma of a lognormal) in units of the limit."""

    name: str
    takes_up: float  # accepts what it was given; the rest lies there until somebody presses
    accept: tuple[float, float]
    answer: tuple[float, float]
    passes_on: float  # hands on what is its own business
    promises: float  # answers with a date only
    keeps: float  # promises kept in time
    hollow: float  # answers without substance or evidence at the first try
    asks: float  # questions to the citizen
    extends: float
    stirred: float  # takes a neglected case up when it is escalated or called to mind
    not_done: float  # answers why it is not done
    stars: float  # what its answers are worth to citizens, on average


DILIGENT = Temper("diligent", 0.995, (0.18, 0.5), (0.4, 0.35), 0.01, 0.06, 0.95, 0.03, 0.06, 0.04, 0.97, 0.08, 4.3)
SLACK = Temper("slack", 0.92, (0.55, 0.8), (0.8, 0.5), 0.07, 0.15, 0.6, 0.18, 0.04, 0.12, 0.75, 0.15, 3.4)
NEGLIGENT = Temper("negligent", 0.5, (1.4, 0.9), (1.5, 0.7), 0.25, 0.35, 0.25, 0.45, 0.02, 0.08, 0.35, 0.25, 2.3)

CROWDS: Mapping[Crowd, tuple[tuple[Temper, float], ...]] = {
    Crowd.DILIGENT: ((DILIGENT, 1.0),),
    Crowd.MIXED: ((DILIGENT, 0.5), (SLACK, 0.33), (NEGLIGENT, 0.17)),
    Crowd.NEGLIGENT: ((DILIGENT, 0.1), (SLACK, 0.25), (NEGLIGENT, 0.65)),
}


def temper_of(office: str, crowd: Crowd, seed: int) -> Temper:
    """The same office in the same crowd with the same seed always has the same temper."""
    mixture = CROWDS[crowd]
    rng = Random(f"{seed}/{crowd}/{office}")
    return rng.choices([temper for temper, _ in mixture], [weight for _, weight in mixture])[0]
