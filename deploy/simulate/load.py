"""When petitions arrive: a Poisson process whose rate follows the hours of a week and differs from one working day to the next."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources

import numpy as np

from schemas.platform.clock import HANOI, to_datetime, to_ms
from schemas.platform.instants import start_of

HOUR_MS = 3_600_000
_HIGHEST = 0.995
"""Days beyond this quantile (mass mailings) are left out: one of them would be the whole story of a month."""


@dataclass(frozen=True, slots=True)
class Shape:
    """`hours[weekday][hour]`: share of a week's petitions, Monday first. `quantiles`, `factors`: the day factor's distribution."""

    hours: tuple[tuple[float, ...], ...]
    quantiles: tuple[float, ...]
    factors: tuple[float, ...]

    def day_factor(self, quantile: float) -> float:
        """How much a working day has of the mean of working days, for a quantile in [0, 1)."""
        return self._raw(quantile) / self._mean()

    def _raw(self, quantile: float) -> float:
        return float(np.interp(quantile * _HIGHEST, self.quantiles, self.factors))

    def _mean(self) -> float:
        return float(np.mean([self._raw(quantile) for quantile in np.linspace(0, 1, 400, endpoint=False)]))


@cache
def shape() -> Shape:
    """The shape that the project ships (its note says where the figures come from)."""
    raw = json.loads(resources.files(__package__).joinpath("load_shape.json").read_text(encoding="utf-8"))
    total = sum(map(sum, raw["hour_of_week_share"]))
    hours = tuple(tuple(share / total for share in day) for day in raw["hour_of_week_share"])
    pairs = sorted((float(quantile), factor) for quantile, factor in raw["working_day_factor_quantiles"].items())
    return Shape(hours, tuple(quantile for quantile, _ in pairs), tuple(factor for _, factor in pairs))


def arrivals(start_ms: int, days: int, per_day: float, worked: Callable[[date], bool], seed: int) -> list[int]:
    """Instants (ms UTC, sorted) of the petitions of `days` days from `start_ms`, with `per_day` as the long-run mean."""
    rng, found = np.random.default_rng(seed), shape()
    first = to_datetime(start_ms).astimezone(HANOI).date()
    instants: list[int] = []
    for day in (first + timedelta(days=number) for number in range(days + 1)):
        factor = found.day_factor(rng.random()) if worked(day) else 1.0
        midnight = to_ms(start_of(day))
        for hour, share in enumerate(found.hours[day.weekday()]):
            count = rng.poisson(per_day * 7 * share * factor)
            instants += (midnight + hour * HOUR_MS + int(part * HOUR_MS) for part in rng.random(count))
    return sorted(moment for moment in instants if start_ms <= moment < start_ms + days * 24 * HOUR_MS)
