"""Dates that people give where an instant is asked for."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from schemas.platform.instants import HANOI, start_of

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _day_in_hanoi(value: object) -> object:
    """`2026-03-01` is that day in Hanoi, from its midnight on; whatever is no date goes on as it is."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        return f"{value}T00:00:00+07:00"
    if isinstance(value, date) and not isinstance(value, datetime):
        return start_of(value)
    return value


def _midnight_of_utc(moment: datetime) -> datetime:
    """Midnight in UTC is how programs write a date; it does not mean seven in the morning."""
    if moment.utcoffset() == timedelta(0) and moment.timetz().replace(tzinfo=None) == time.min:
        return moment.replace(tzinfo=HANOI)
    return moment


DayOrInstant = Annotated[AwareDatetime, BeforeValidator(_day_in_hanoi), AfterValidator(_midnight_of_utc)]
"""A day is given as its midnight in Hanoi; who reads it takes the whole day (`streams.case.time.whole_day`)."""
