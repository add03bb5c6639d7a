"""Durations in a policy file: `30m`, `8h`, `5d` (days of the level's calendar), and the points of a ladder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

from streams.case.time.calendar import HOUR_MS, MINUTE_MS, Calendar

_DURATION = re.compile(r"(\d+(?:\.\d+)?)([mhd])")
_POINT = re.compile(r"(?:(\d{1,2})%|due(?:\+(.+))?)")


@dataclass(frozen=True, slots=True)
class Length:
    """An amount of minutes, hours or calendar days."""

    amount: float
    unit: str

    def on(self, calendar: Calendar) -> int:
        """As milliseconds of that calendar's working time."""
        unit_ms = {"m": MINUTE_MS, "h": HOUR_MS, "d": calendar.day_ms}[self.unit]
        return round(self.amount * unit_ms)

    def __str__(self) -> str:
        return f"{self.amount:g}{self.unit}"


@dataclass(frozen=True, slots=True)
class Point:
    """Where a ladder's step stands: at a percentage of the limit before the due instant, or some time after it."""

    percent: int = 100
    after: Length | None = None

    def sort_key(self, day_hours: float = 8.0) -> tuple[int, float]:
        hours = {"m": 1 / 60, "h": 1.0, "d": day_hours}
        return self.percent, self.after.amount * hours[self.after.unit] if self.after else 0.0

    def __str__(self) -> str:
        if self.percent < 100:
            return f"{self.percent}%"
        return f"due+{self.after}" if self.after else "due"


def parse_length(raw: Any) -> Any:
    if isinstance(raw, Length):
        return raw
    found = _DURATION.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if not found or float(found[1]) <= 0:
        raise ValueError('a duration is a positive number and m, h or d, like "8h" or "5d"')
    return Length(float(found[1]), found[2])


def parse_point(raw: Any) -> Any:
    if isinstance(raw, Point):
        return raw
    found = _POINT.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if not found or found[1] == "0":
        raise ValueError('a point is a percentage of the limit ("50%"), "due", or time after it ("due+1d")')
    if found[1]:
        return Point(percent=int(found[1]))
    return Point(after=parse_length(found[2]) if found[2] else None)


Duration = Annotated[Length, BeforeValidator(parse_length), PlainSerializer(str)]
LadderPoint = Annotated[Point, BeforeValidator(parse_point), PlainSerializer(str)]
