"""What is told, when and how long, as data: `policy.toml` beside this."""

from __future__ import annotations

import tomllib
from datetime import time
from functools import cache
from importlib import resources
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, field_validator

CitizensMedium = Literal["email", "sms", "zalo", "webpush"]
Medium = CitizensMedium | Literal["webhook"]
"""A webhook is for offices and channels."""
MEDIA: tuple[CitizensMedium, ...] = get_args(CitizensMedium)


def _clock_time(given: object) -> object:
    return time.fromisoformat(given) if isinstance(given, str) else given


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Quiet(_Part):
    """From `begins` to `ends` (Hanoi's time, over midnight or not) these media are silent."""

    begins: time
    ends: time
    media: frozenset[Medium]

    _clock_times = field_validator("begins", "ends", mode="before")(_clock_time)


class Tries(_Part):
    """Pauses in seconds; a delivery is parked after `at_most` tries, or when it is `hours` old."""

    first_seconds: float
    longest_seconds: float
    at_most: int
    hours: float


class DigestPolicy(_Part):
    """The morning digest goes out between `at` and `until` (Hanoi's time) of a working day, to addresses of these domains and those below
    them; new is what came since `evening` of the working day before; `cases`: of each section that are told one by one."""

    at: time
    until: time
    evening: time
    cases: int
    domains: tuple[str, ...]

    _clock_times = field_validator("at", "until", "evening", mode="before")(_clock_time)


class PlacesPolicy(_Part):
    """News of places go out between `at` and `until` (Hanoi's time), on working days or on all; `petitions`: that are told one by one."""

    at: time
    until: time
    working_days: bool
    petitions: int

    _clock_times = field_validator("at", "until", mode="before")(_clock_time)


class NoticePolicy(_Part):
    """`notices`: by name, the types of events that it is made of."""

    notices: dict[str, tuple[str, ...]]
    quiet: Quiet
    tries: Tries
    digest: DigestPolicy
    places: PlacesPolicy

    def notice_of(self, what: str) -> str | None:
        """The notice to which this type of event belongs."""
        return next((name for name, types in self.notices.items() if what in types), None)


@cache
def policy() -> NoticePolicy:
    """As the file has it."""
    return NoticePolicy.model_validate(tomllib.loads(resources.files(__package__).joinpath("policy.toml").read_text(encoding="utf-8")))
