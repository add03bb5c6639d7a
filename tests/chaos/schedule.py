"""Which fault strikes when, whom and for how long: a pure function of the seed, so that what was found once can be looked at again."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice


@dataclass(frozen=True, slots=True)
class Possible:
    """A kind of fault, whom it can strike, and the shortest and longest time that it lasts (seconds)."""

    fault: str
    victims: tuple[str, ...]
    seconds: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault. `second`: counted from the begin of the load, the earliest; it waits until the one before is over."""

    second: float
    fault: str
    victim: str
    duration: float


def schedule(seed: int, possible: Sequence[Possible], count: int, seconds: float) -> list[Planned]:
    """`count` faults over `seconds`, each kind as often as the others (but for one), none of a kind's victims twice before all have had it.

    Raises ValueError when nothing is possible.
    """
    if not possible:
        raise ValueError("no kind of fault is possible here")
    dice = random.Random(seed)
    strikes = _strikes(dice, possible, count)
    slot = seconds / max(count, 1)
    return [
        Planned(round((number + dice.uniform(0, 0.5)) * slot, 2), one.fault, victim, round(dice.uniform(*one.seconds), 2))
        for number, (one, victim) in enumerate(strikes)
    ]


def _strikes(dice: random.Random, possible: Sequence[Possible], count: int) -> list[tuple[Possible, str]]:
    kinds = list(possible)
    dice.shuffle(kinds)
    turns = {one.fault: cycle(dice.sample(one.victims, len(one.victims))) for one in kinds}
    strikes = [(one, next(turns[one.fault])) for one in islice(cycle(kinds), count)]
    dice.shuffle(strikes)
    return strikes
