"""Starting, stopping, pausing and moving the clocks of a case. Pure; all instants in milliseconds UTC."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from schemas.events.standing import ClockName
from streams.case.decide.state import CaseClock
from streams.case.policy.compiled import LevelRules


def start(name: ClockName, at: int, limit: int, rules: LevelRules) -> CaseClock:
    """A clock that runs from `at` for `limit` working milliseconds."""
    calendar = rules.calendar
    measured = calendar.measure(at)
    due = calendar.reached(measured + limit)
    left = rules.ladders[name][0].left  # every ladder begins at or before the due instant
    next_at = calendar.reached(measured + limit - limit * left // 100) if left else due
    return CaseClock(name, at, limit, due, next_at)


def until(name: ClockName, at: int, due: int, rules: LevelRules) -> CaseClock:
    """A clock whose due instant is given, not computed: a promised date. Warnings for which there is no time left are passed over."""
    limit = max(rules.calendar.between(at, due), 1)
    clock = _stepped(CaseClock(name, at, limit, due, None), rules)
    while clock.next_at is not None and clock.next_at <= at < due:
        clock = climbed(clock, rules)
    return clock


def climbed(clock: CaseClock, rules: LevelRules) -> CaseClock:
    """One step further up the ladder."""
    return _stepped(replace(clock, step=clock.step + 1), rules)


def pause(clock: CaseClock, at: int) -> CaseClock:
    """Stand from `at` on, but not from before it last began to run: one limit cannot be spared twice."""
    running_since = clock.pauses[-1][1] if clock.pauses else clock.started
    return replace(clock, paused_at=max(at, running_since), next_at=None)


def resume(clock: CaseClock, at: int, rules: LevelRules) -> CaseClock:
    """Run again from `at`; what stood of the limit when the pause began is still there."""
    if clock.paused_at is None:
        return clock
    moved = replace(clock, paused_at=None, pauses=(*clock.pauses, (clock.paused_at, max(at, clock.paused_at))))
    return _placed(moved, rules)


def extend(clock: CaseClock, by: int, rules: LevelRules) -> CaseClock:
    """`by` working milliseconds more."""
    return _placed(replace(clock, limit=clock.limit + by), rules)


def relimited(clock: CaseClock, before: int, limit: int, rules: LevelRules, now: int) -> CaseClock:
    """The same clock where `limit` (working milliseconds) holds instead of `before`, or another calendar: it counts from its own start,
    pauses left out. What was added to the old limit, or taken from it, stays.

    Climbed steps that lie in the future again are taken back, so that the moved deadline has its warnings and its breach.
    """
    return _taken_back(_placed(replace(clock, limit=max(clock.limit - before + limit, 1)), rules), rules, now)


def _taken_back(moved: CaseClock, rules: LevelRules, now: int) -> CaseClock:
    while moved.step and (at := _step_at(moved, moved.step - 1, rules)) is not None and at > now:
        moved = replace(moved, step=moved.step - 1)
    return restepped(moved, rules, now)


def due_by(clock: CaseClock, due: int, rules: LevelRules, now: int) -> CaseClock:
    """The same running clock, due at `due` (ms UTC) if that is earlier, on the ladder of these rules."""
    due = min(due, clock.due)
    stood = sum(rules.calendar.between(first, last) for first, last in clock.pauses)
    limit = max(rules.calendar.between(clock.started, due) - stood, 1)
    return _taken_back(replace(clock, limit=limit, due=due), rules, now)


def with_clock(clocks: tuple[CaseClock, ...], clock: CaseClock) -> tuple[CaseClock, ...]:
    """The clocks with this one in its namesake's place, or at the end."""
    if any(other.name == clock.name for other in clocks):
        return tuple(clock if other.name == clock.name else other for other in clocks)
    return (*clocks, clock)


def without(clocks: Iterable[CaseClock], *names: ClockName) -> tuple[CaseClock, ...]:
    return tuple(clock for clock in clocks if clock.name not in names)


def _placed(clock: CaseClock, rules: LevelRules) -> CaseClock:
    calendar = rules.calendar
    stood = sum(calendar.between(first, last) for first, last in clock.pauses)
    return _stepped(replace(clock, due=calendar.add(clock.started, clock.limit + stood)), rules)


def _stepped(clock: CaseClock, rules: LevelRules) -> CaseClock:
    """With `next_at` for its present step; a paused clock has none."""
    return replace(clock, next_at=None if clock.paused_at is not None else _step_at(clock, clock.step, rules))


def _step_at(clock: CaseClock, step: int, rules: LevelRules) -> int | None:
    """When a step of the clock's ladder is due; None above the top of the citizen's."""
    rung, calendar = rules.rung(clock.name, step), rules.calendar
    if rung is None:
        return None
    if rung.after_ms:
        return calendar.add(clock.due, rung.after_ms)
    return calendar.back(clock.due, clock.limit * rung.left // 100) if rung.left else clock.due


def restepped(clock: CaseClock, rules: LevelRules, now: int) -> CaseClock:
    """The same clock on the ladder of other rules; its due instant stays.

    A step that lies in the past under the new rules is due now: it is not the pipeline that is late with it.
    """
    moved = _stepped(clock, rules)
    return moved if moved.next_at is None or moved.next_at >= now else replace(moved, next_at=now)
