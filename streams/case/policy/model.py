"""A policy file as a checked model. Unknown keys are mistakes here: a typing error must not silently leave a default in force."""

from __future__ import annotations

from datetime import date, time
from itertools import pairwise
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, model_validator

from schemas.events.base import CategoryCode, Level, OfficeCode
from schemas.events.standing import ClockName
from streams.case.policy.duration import Duration, LadderPoint
from streams.case.time.calendar import MINUTE_MS, Calendar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def _parse_period(raw: Any) -> Any:
    if not isinstance(raw, str):
        return raw
    try:
        first, second = (time.fromisoformat(part.strip()) for part in raw.split("-"))
    except ValueError:
        raise ValueError('a working period is two times, like "08:00-12:00"') from None
    if first >= second:
        raise ValueError("a working period ends after it starts, on the same day")
    return first, second


def _period_text(period: tuple[time, time]) -> str:
    return f"{period[0]:%H:%M}-{period[1]:%H:%M}"


Period = Annotated[tuple[time, time], BeforeValidator(_parse_period), PlainSerializer(_period_text)]
Zone = Annotated[str, Field(examples=["Asia/Ho_Chi_Minh"])]


class MovedDay(Part):
    """A day that a decree makes free or worked."""

    day: date
    why: str = ""


class Overrides(Part):
    """The override file beside the policy."""

    off: tuple[MovedDay, ...] = ()
    worked: tuple[MovedDay, ...] = ()


class WorkingHours(Part):
    kind: Literal["working-hours"]
    time_zone: Zone
    weekdays: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = Field(min_length=1)
    periods: tuple[Period, ...] = Field(min_length=1)
    holidays: Literal["VN"] | None = None
    overrides: str | None = None
    years: tuple[Annotated[int, Field(ge=1990, le=2090)], Annotated[int, Field(ge=1990, le=2090)]]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.time_zone not in available_timezones():
            raise ValueError(f"unknown time zone {self.time_zone!r}")
        ZoneInfo(self.time_zone)
        if any(earlier[1] > later[0] for earlier, later in pairwise(self.periods)):
            raise ValueError("working periods stand in order and do not overlap")
        if self.years[0] > self.years[1]:
            raise ValueError("the first year comes before the last")
        return self


class AroundTheClock(Part):
    kind: Literal["around-the-clock"]


CalendarPart = Annotated[WorkingHours | AroundTheClock, Field(discriminator="kind")]


class LevelPart(Part):
    """Limits of one level: to accept (or sort, or decide), and to answer, both from when the clock starts."""

    calendar: str
    accept: Duration
    answer: Duration


class LimitPart(Part):
    """Where a category differs from its level."""

    category: CategoryCode
    level: Level
    accept: Duration | None = None
    answer: Duration | None = None


class Step(Part):
    """One step of a ladder."""

    at: LadderPoint
    do: Literal["warn", "breach", "escalate", "close"]
    rung: Annotated[int, Field(ge=2, le=3)] | None = None
    to: OfficeCode | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.do == "escalate") != (self.rung is not None and self.to is not None):
            raise ValueError("`rung` and `to` belong to an escalate step, which needs both")
        due = self.at.percent == 100 and self.at.after is None
        if self.do in ("breach", "close") and not due:
            raise ValueError(f'a {self.do} step stands at "due"')
        if self.do == "warn" and self.at.percent == 100:
            raise ValueError("a warning stands before the deadline")
        if self.do == "escalate" and self.at.after is None:
            raise ValueError('an escalation stands after the deadline, like "due+1d"')
        return self


Ladder = Annotated[tuple[Step, ...], Field(min_length=1, max_length=20)]


class LaddersPart(Part):
    """`default` holds for each clock that has no ladder of its own."""

    remind_every: Duration
    """Above its top a ladder goes on with reminders, so that an open case always has a next timer; not the citizen's."""
    default: Ladder
    accept: Ladder | None = None
    answer: Ladder | None = None
    promise: Ladder | None = None
    rating: Ladder

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for name in ("default", "accept", "answer", "promise", "rating"):
            steps: tuple[Step, ...] = getattr(self, name) or ()
            keys = [step.at.sort_key() for step in steps]
            if any(first >= second for first, second in pairwise(keys)):
                raise ValueError(f"the steps of ladder {name!r} must stand in order of time")
            if steps and steps[0].at.after is not None:
                raise ValueError(f"ladder {name!r} begins at or before the due instant")
            if steps and (steps[-1].do == "close") != (name == "rating"):
                raise ValueError("the rating ladder, and only it, ends with a close step")
        return self

    def of(self, clock: ClockName) -> tuple[Step, ...]:
        own: tuple[Step, ...] | None = getattr(self, clock.value)
        return own or self.default


class Pause(Part):
    at_most: Annotated[int, Field(ge=0, le=10)]
    longest: Duration


class Extension(Part):
    at_most: Annotated[int, Field(ge=0, le=5)]
    share: Annotated[float, Field(gt=0, le=1)]


class Promise(Part):
    at_most: Annotated[int, Field(ge=0, le=20)]
    farthest: Duration


class Rating(Part):
    window: Duration


class Reopen(Part):
    at_most: Annotated[int, Field(ge=0, le=20)]
    window: Duration


class Transfer(Part):
    at_most: Annotated[int, Field(ge=0, le=5)]


class Assigning(Part):
    """`four_eyes`: a superior's binding assignment takes effect when a second person of that office asks for the same."""

    four_eyes: bool = False


class Answers(Part):
    letters_at_least: Annotated[int, Field(ge=1, le=1000)]
    words_at_least: Annotated[int, Field(ge=1, le=200)]
    cause_letters_at_least: Annotated[int, Field(ge=1, le=200)]
    copies_at_most: Annotated[int, Field(ge=1, le=10_000)]
    copies_within: Duration
    evidence_categories: tuple[CategoryCode, ...] = ()
    boilerplate: tuple[Annotated[str, StringConstraints(strip_whitespace=True, min_length=2)], ...] = ()


class Intake(Part):
    backdate_at_most: Duration


class Outage(Part):
    tolerance: Duration

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.tolerance.on(Calendar.around_the_clock()) < MINUTE_MS:
            raise ValueError("a pipeline that is silent for less than a minute (1m) is not away")
        return self


class PolicyFile(Part):
    """One version of the rules."""

    version: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
    to_be_confirmed: tuple[str, ...] = ()
    calendars: dict[str, CalendarPart]
    levels: dict[Level, LevelPart]
    limits: tuple[LimitPart, ...] = ()
    ladders: LaddersPart
    pause: Pause
    extension: Extension
    promise: Promise
    rating: Rating
    reopen: Reopen
    transfer: Transfer
    assign: Assigning = Assigning()
    answers: Answers
    intake: Intake
    outage: Outage

    @model_validator(mode="after")
    def _whole(self) -> Self:
        missing = [level.value for level in Level if level not in self.levels]
        if missing:
            raise ValueError(f"levels: no limits for {', '.join(missing)}")
        for level, part in self.levels.items():
            if part.calendar not in self.calendars:
                raise ValueError(f"levels.{level.value}.calendar: there is no calendar {part.calendar!r}")
        seen = [(limit.category, limit.level) for limit in self.limits]
        if len(seen) != len(set(seen)):
            raise ValueError("limits: a category and level stand there twice")
        return self
