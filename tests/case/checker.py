"""Recomputes every clock of a petition from its record alone, with the slow calendar and the policy file's plain numbers.

It shares no code with the stage: limits are read from the TOML, deadlines walked through day by day. `problems` gives what is
wrong.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from schemas.events.standing import CaseEvent, CaseView, ClockName, ClockView
from streams.case.policy.load import DEFAULT_FILE
from tests.case import oracle

RULES = tomllib.loads(DEFAULT_FILE.read_text(encoding="utf-8"))
HOURS = {"h": 1, "d": 8, "m": 1 / 60}
MILLISECOND = timedelta(milliseconds=1)
RESTARTS = {("assigned", "accept"), ("corrected", "accept"), ("decision-required", "accept"), ("promised", "promise")}
"""Events with a new clock, even if the one before it started in the same instant."""


def length(text: str) -> timedelta:
    return timedelta(hours=float(text[:-1]) * HOURS[text[-1]])


@dataclass
class CaseClock:
    """What the record tells of one clock so far."""

    started: datetime
    limit: timedelta
    stood: timedelta = timedelta()
    paused: datetime | None = None
    longest: datetime | None = None
    """When a pause that was asked for is over at the latest."""

    given: tuple[datetime, timedelta] | None = None
    """A due instant that was taken over from another petition, and how long the clock had stood then."""

    @property
    def due(self) -> datetime:
        return self.given[0] if self.given and self.given[1] == self.stood else self.instant()

    def instant(self, percent: int = 100) -> datetime:
        """When this share of the limit has passed."""
        return oracle.add(self.started, self.limit * percent / 100 + self.stood)


@dataclass
class Checker:
    clocks: dict[ClockName, CaseClock] = field(default_factory=dict)
    extended: timedelta = timedelta()

    def problems(self, events: Sequence[CaseEvent]) -> Iterator[str]:
        previous: CaseEvent | None = None
        for event in events:
            yield from (f"{event.seq} {event.what}: {problem}" for problem in self._event(event, previous))
            previous = event

    def _event(self, event: CaseEvent, previous: CaseEvent | None) -> Iterator[str]:
        if event.seq != (previous.seq + 1 if previous else 1):
            yield "the sequence has a hole or a repeat"
        if previous and event.clocks_before != previous.case.clocks:
            yield "the clocks before are not the clocks after the event before"
        if event.cause.startswith("timer:") and event.what in ("warned", "breached", "escalated"):
            yield from self._step(event)
        for view in event.case.clocks:
            yield from self._clock(event, view, previous.case if previous else None)
        for gone in set(self.clocks) - {view.name for view in event.case.clocks}:
            del self.clocks[gone]

    def _clock(self, event: CaseEvent, view: ClockView, before: CaseView | None) -> Iterator[str]:
        known = self.clocks.get(view.name)
        anew = (event.what, view.name) in RESTARTS
        if known is None or anew or known.started != view.started_at:
            if view.name is ClockName.ANSWER:
                self.extended = timedelta()
            known = self.clocks[view.name] = CaseClock(view.started_at, self._limit(view, event))
        elif before and (before.category, before.level) != (event.case.category, event.case.level) and view.name is ClockName.ANSWER:
            known.limit, known.given = max(self._limit(view, event) + self.extended, MILLISECOND), None
        if event.what == "extended" and view.name is ClockName.ANSWER:
            self.extended += oracle.between(event.deadline_before, event.deadline_after)  # type: ignore[attr-defined]
            known.limit, known.given = self._limit(view, event) + self.extended, None
        self._pauses(known, view, event)
        if event.what == "limit-tightened" and view.name in (ClockName.ANSWER, ClockName.ACCEPT):
            yield from self._tighten(known, view, before)
            self.extended = known.limit - self._limit(view, event) if view.name is ClockName.ANSWER else self.extended
        expected = known.due if view.name is not ClockName.PROMISE else view.due_at
        if abs(expected - view.due_at) > MILLISECOND:
            yield f"clock {view.name} is due {view.due_at}, not {expected}"
        if view.name is ClockName.PROMISE and event.what == "promised" and view.due_at != event.promise_date:  # type: ignore[attr-defined]
            yield "the promise is due at another time than was promised"

    def _tighten(self, known: CaseClock, view: ClockView, before: CaseView | None) -> Iterator[str]:
        """From now on it is due when it says; that must not be later than before."""
        if before and any(other.due_at < view.due_at for other in before.clocks if other.name is view.name):
            yield f"clock {view.name} is due later than before"
        ahead = oracle.between(view.started_at, view.due_at) if view.started_at < view.due_at else timedelta()
        known.limit, known.given = max(ahead - known.stood, MILLISECOND), (view.due_at, known.stood)

    def _pauses(self, known: CaseClock, view: ClockView, event: CaseEvent) -> None:
        if known.paused and view.paused_at is None:
            known.stood += oracle.between(known.paused, max(known.paused, self._end(known, event)))
        if view.paused_at and not known.paused:
            asked = event.what == "information-requested"
            known.longest = oracle.add(event.at, length(RULES["pause"]["longest"])) if asked else None
        known.paused = view.paused_at

    def _end(self, known: CaseClock, event: CaseEvent) -> datetime:
        """The office's own answer ends a pause when it is handed in; the citizen's words when they can be read, or the pause is over."""
        because = getattr(event, "because", "")
        if event.what != "resumed" or known.longest is None:
            return event.at
        if because == "answered":
            return event.asked_at or event.at
        return known.longest if because == "pause-ended" else min(event.at, known.longest)

    def _limit(self, view: ClockView, event: CaseEvent) -> timedelta:
        if view.name is ClockName.RATING:
            return length(RULES["rating"]["window"])
        if view.name is ClockName.PROMISE:
            return max(oracle.between(view.started_at, view.due_at), MILLISECOND)
        return length(RULES["levels"][event.case.level.value][view.name.value])

    def _step(self, event: CaseEvent) -> Iterator[str]:
        _, name, number = event.cause.split(":")
        clock, step = self.clocks[ClockName(name)], int(number)
        ladder = RULES["ladders"].get(name, RULES["ladders"]["default"])
        if step > len(ladder):
            after = length(ladder[-1]["at"].removeprefix("due+")) + (step - len(ladder)) * length(RULES["ladders"]["remind_every"])
            expected = oracle.add(self._due(event, name), after)
        else:
            expected = self._at(ladder[step - 1]["at"], clock, self._due(event, name))
        if event.at < expected - MILLISECOND:
            yield f"step {event.cause} fired at {event.at}, before {expected}"

    def _due(self, event: CaseEvent, name: str) -> datetime:
        return next(view.due_at for view in event.clocks_before if view.name == name)

    def _at(self, at: str, clock: CaseClock, due: datetime) -> datetime:
        if at.endswith("%"):
            return min(clock.instant(int(at[:-1])), due)
        return oracle.add(due, length(at.removeprefix("due+"))) if "+" in at else due


def problems(events: Sequence[CaseEvent]) -> list[str]:
    """What in one petition's record does not follow from the rules."""
    return list(Checker().problems(events))
