"""A second, slow calendar: it walks day by day, period by period, in local time, and shares no code with the first."""

import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays

import streams.case.policy as shipped

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING = (time(8), time(12))
AFTERNOON = (time(13, 30), time(17, 30))


@cache
def _decrees() -> tuple[set[date], set[date]]:
    path = Path(shipped.__file__).parent / "calendar-overrides.toml"
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return {entry["day"] for entry in raw["off"]}, {entry["day"] for entry in raw["worked"]}


@cache
def worked(day: date) -> bool:
    off, on = _decrees()
    if day in on:
        return True
    if day in off:
        return False
    return _holidays(day.year).is_working_day(day)


@cache
def _holidays(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("VN", years=(year - 1, year, year + 1))


def periods_from(moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Working periods that end after `moment`, the first one cut to begin no earlier than it."""
    day = moment.astimezone(HANOI).date()
    while True:
        if worked(day):
            for first, last in (MORNING, AFTERNOON):
                start, end = datetime.combine(day, first, HANOI), datetime.combine(day, last, HANOI)
                if end > moment:
                    yield max(start, moment), end
        day += timedelta(days=1)


def add(moment: datetime, amount: timedelta) -> datetime:
    """When `amount` of working time has passed since `moment`."""
    for start, end in periods_from(moment):
        if not amount:
            return start
        if amount <= end - start:
            return start + amount
        amount -= end - start
    raise AssertionError


def between(first: datetime, second: datetime) -> timedelta:
    """Working time from `first` to a later `second`."""
    total = timedelta()
    for start, end in periods_from(first):
        if start >= second:
            return total
        total += min(end, second) - start
    raise AssertionError


def is_working(moment: datetime) -> bool:
    """Within a working period, its end included."""
    local = moment.astimezone(HANOI)
    return worked(local.date()) and any(first <= local.time() <= last for first, last in (MORNING, AFTERNOON))
