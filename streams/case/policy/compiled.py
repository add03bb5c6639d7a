"""A policy ready for decisions: calendars unrolled, durations in milliseconds, ladders by clock and level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.events.base import Level
from schemas.events.standing import ClockName
from schemas.reference import categories
from streams.case.policy.model import WEEKDAYS, AroundTheClock, CalendarPart, Overrides, PolicyFile, Step, WorkingHours
from streams.case.time.calendar import Calendar
from streams.case.time.days import Week, unroll


@dataclass(frozen=True, slots=True)
class LadderStep:
    """One step of a ladder. `left`: percent of the limit before the due instant; `after_ms`: after it."""

    do: str
    left: int
    after_ms: int
    percent: int
    rung: int
    to: str | None


@dataclass(frozen=True, slots=True)
class LevelRules:
    """What depends on the level, in working milliseconds of its calendar."""

    calendar: Calendar
    accept_ms: int
    answer_ms: int
    rating_ms: int
    pause_ms: int
    reopen_window_ms: int
    promise_farthest_ms: int
    copies_within_ms: int
    ladders: Mapping[ClockName, tuple[LadderStep, ...]]
    remind_ms: int

    def rung(self, clock: ClockName, step: int) -> LadderStep | None:
        """The step of a clock's ladder, counted from 0; reminders without end above its top; None above the citizen's."""
        ladder = self.ladders[clock]
        if step < len(ladder):
            return ladder[step]
        if clock is ClockName.RATING:
            return None
        return LadderStep("remind", 0, ladder[-1].after_ms + (step - len(ladder) + 1) * self.remind_ms, 100, 0, None)


@dataclass(frozen=True, slots=True)
class Limits:
    accept_ms: int
    answer_ms: int


@dataclass(frozen=True, slots=True)
class Substance:
    """What an answer must have."""

    letters_at_least: int
    words_at_least: int
    cause_letters_at_least: int
    copies_at_most: int
    evidence_categories: frozenset[str]
    boilerplate: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    version: str
    levels: Mapping[Level, LevelRules]
    limits: Mapping[tuple[str, Level], Limits]
    substance: Substance
    questions_at_most: int
    extensions_at_most: int
    extension_share: float
    promises_at_most: int
    reopen_at_most: int
    transfers_at_most: int
    four_eyes: bool
    backdate_ms: int
    outage_tolerance_ms: int


def compile_policy(file: PolicyFile, overrides: Mapping[str, Overrides]) -> Policy:
    """`overrides` by the file name that a calendar refers to."""
    calendars = {name: _calendar(part, overrides) for name, part in file.calendars.items()}
    levels = {level: _level(file, level, calendars[part.calendar]) for level, part in file.levels.items()}
    wall = Calendar.around_the_clock()
    return Policy(
        version=file.version,
        levels=levels,
        limits=_limits(file, levels),
        substance=_substance(file),
        questions_at_most=file.pause.at_most,
        extensions_at_most=file.extension.at_most,
        extension_share=file.extension.share,
        promises_at_most=file.promise.at_most,
        reopen_at_most=file.reopen.at_most,
        transfers_at_most=file.transfer.at_most,
        four_eyes=file.assign.four_eyes,
        backdate_ms=file.intake.backdate_at_most.on(wall),
        outage_tolerance_ms=file.outage.tolerance.on(wall),
    )


def week_of(part: WorkingHours, overrides: Overrides) -> Week:
    return Week(
        zone=part.time_zone,
        weekdays=frozenset(WEEKDAYS.index(day) for day in part.weekdays),
        periods=part.periods,
        holidays_of=part.holidays,
        days_off=frozenset(moved.day for moved in overrides.off),
        working_days=frozenset(moved.day for moved in overrides.worked),
        first_year=part.years[0],
        last_year=part.years[1],
    )


def _calendar(part: CalendarPart, overrides: Mapping[str, Overrides]) -> Calendar:
    if isinstance(part, AroundTheClock):
        return Calendar.around_the_clock()
    return unroll(week_of(part, overrides[part.overrides] if part.overrides else Overrides()))


def _level(file: PolicyFile, level: Level, calendar: Calendar) -> LevelRules:
    part = file.levels[level]
    return LevelRules(
        calendar=calendar,
        accept_ms=part.accept.on(calendar),
        answer_ms=part.answer.on(calendar),
        rating_ms=file.rating.window.on(calendar),
        pause_ms=file.pause.longest.on(calendar),
        reopen_window_ms=file.reopen.window.on(calendar),
        promise_farthest_ms=file.promise.farthest.on(calendar),
        copies_within_ms=file.answers.copies_within.on(calendar),
        ladders={clock: tuple(_rung(step, calendar) for step in file.ladders.of(clock)) for clock in ClockName},
        remind_ms=file.ladders.remind_every.on(calendar),
    )


def _rung(step: Step, calendar: Calendar) -> LadderStep:
    return LadderStep(
        do=step.do,
        left=100 - step.at.percent,
        after_ms=step.at.after.on(calendar) if step.at.after else 0,
        percent=step.at.percent,
        rung=step.rung or 1,
        to=step.to,
    )


def _limits(file: PolicyFile, levels: Mapping[Level, LevelRules]) -> dict[tuple[str, Level], Limits]:
    found = {(code, level): Limits(rules.accept_ms, rules.answer_ms) for level, rules in levels.items() for code in categories()}
    for limit in file.limits:
        rules = levels[limit.level]
        found[limit.category, limit.level] = Limits(
            limit.accept.on(rules.calendar) if limit.accept else rules.accept_ms,
            limit.answer.on(rules.calendar) if limit.answer else rules.answer_ms,
        )
    return found


def _substance(file: PolicyFile) -> Substance:
    part = file.answers
    return Substance(
        letters_at_least=part.letters_at_least,
        words_at_least=part.words_at_least,
        cause_letters_at_least=part.cause_letters_at_least,
        copies_at_most=part.copies_at_most,
        evidence_categories=frozenset(part.evidence_categories),
        boilerplate=part.boilerplate,
    )
