"""From events to facts: each petition's events are gone through once, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from deploy.simulate.measures.facts import (
    Acceptance,
    Answer,
    Climb,
    Closure,
    Days,
    Fact,
    Had,
    PassedOn,
    Rating,
    Reply,
    Returned,
    Routing,
    Unfinished,
)
from schemas.events.lateness import LATE_CLOCKS
from schemas.events.standing import WORK_STATES, State
from schemas.events.wire import WholeEvent, instant
from schemas.platform.instants import HANOI
from schemas.reference import TRIAGE_OFFICE

WorkingHours = Callable[[datetime, datetime], float]
"""Working hours from the first instant to the second."""


@dataclass(slots=True)
class Story:
    """One petition so far. `waiting_since`: since when its office has not accepted; `round_since`: since when no answer.

    `excused`: the deadline that passed last fell into an outage of the pipeline.
    """

    last: WholeEvent
    round_since: datetime | None
    waiting_since: datetime | None = None
    owner: str | None = None
    first_office: str | None = None
    had: set[str] = field(default_factory=set)
    excused: bool = False
    passing: PassedOn | None = None
    reached: int = 0
    answers: list[tuple[str, bool]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)


class Fold:
    """Takes events in the order of each petition (petitions may be mixed); repeats are passed over."""

    def __init__(self, working_hours: WorkingHours) -> None:
        self.days = Days()
        self._hours = working_hours
        self._stories: dict[str, Story] = {}

    def add(self, event: WholeEvent) -> None:
        story = self._stories.get(event.petition_id)
        if story is None:
            story = self._stories[event.petition_id] = Story(event, instant(event.case.received_at))
            self.days.received[_day(instant(event.case.received_at))] += 1
            self.days.begun[_day(instant(event.case.received_at))] += 1
        elif event.seq <= story.last.seq:
            return
        else:
            self._work_began_or_ended(event, story.last)
        story.last = event
        story.reached = max(story.reached, event.case.escalation)
        self._owner(story, event)
        self._note(story, event)

    def facts(self, until: datetime) -> Iterator[Fact]:
        """All facts as they stand at `until`."""
        for story in self._stories.values():
            yield from story.facts
            yield from self._standing(story, until)

    def _work_began_or_ended(self, event: WholeEvent, previous: WholeEvent) -> None:
        before, after = previous.case.state in WORK_STATES, event.case.state in WORK_STATES
        if before and not after:
            self.days.ended[_day(instant(event.at))] += 1
        elif after and not before:
            self.days.begun[_day(instant(event.at))] += 1

    def _owner(self, story: Story, event: WholeEvent) -> None:
        """A new owner, or the old one from the start again: then it has to accept anew."""
        given = event.what in ("assigned", "reopened") and event.case.state == State.ASSIGNED
        if story.waiting_since and event.case.state != State.ASSIGNED:
            self._accepted(story, event, done=event.case.state == State.ACCEPTED)
        elif given:
            self._accepted(story, event, done=False)
            story.owner, story.waiting_since = event.case.office, instant(event.at)
        if event.case.office is not None:
            story.owner = event.case.office
            story.first_office = story.first_office or event.case.office
            story.had.add(event.case.office)

    def _accepted(self, story: Story, event: WholeEvent, *, done: bool) -> None:
        if story.waiting_since is not None and story.owner is not None:
            story.facts.append(Acceptance(story.owner, self._hours(story.waiting_since, instant(event.at)), done))
        story.waiting_since = None

    def _note(self, story: Story, event: WholeEvent) -> None:
        """What is to be held for or against an office."""
        office = event.case.office or TRIAGE_OFFICE
        match event.what:
            case "answered":
                self._answered(story, event, office)
            case "transferred":
                story.passing = PassedOn(event.from_office or office, disputed=False)
                story.facts.append(story.passing)
            case "decision-required":
                self._disputed(story, office)
            case "answer-returned":
                story.facts.append(Returned(office))
            case "rated":
                story.facts.append(Rating(story.answers[-1][0] if story.answers else office, event.stars or 0))
            case "closed":
                story.facts.append(Closure(office, event.because or ""))
            case _:
                self._round(story, event)
        if event.what != "transferred":
            story.passing = None

    def _round(self, story: Story, event: WholeEvent) -> None:
        """Whether an answer is waited for, and since when."""
        match event.what:
            case "reopened":
                story.round_since, story.excused = instant(event.at), False
                if story.answers:
                    story.answers[-1] = (story.answers[-1][0], True)
            case "breached" if event.clock in LATE_CLOCKS:
                story.excused = event.excused
            case "refused" | "withdrawn" | "merged":
                story.round_since = None
            case "unmerged":
                story.round_since = instant(event.case.received_at)
            case _:
                pass

    def _disputed(self, story: Story, office: str) -> None:
        """After a transfer the dispute is about that same hand-over; else it is an answer "not ours"."""
        if story.passing is not None:
            story.facts.remove(story.passing)
        story.facts.append(PassedOn(office, disputed=True))

    def _answered(self, story: Story, event: WholeEvent, office: str) -> None:
        if story.round_since is not None:
            hours = self._hours(story.round_since, instant(event.at))
            story.facts.append(Reply(office, hours, done=True, in_time=bool(event.in_time)))
        if not story.answers:
            story.facts.append(Routing(story.first_office or office, right=story.first_office == office))
        story.answers.append((office, False))
        story.round_since = None
        self.days.answered[_day(instant(event.at))] += 1
        if not event.in_time:
            self.days.late[_day(instant(event.at))] += 1

    def _standing(self, story: Story, until: datetime) -> Iterator[Fact]:
        last = story.last.case
        office = last.office or TRIAGE_OFFICE
        if last.state in WORK_STATES:
            late = last.is_late(until)
            yield Unfinished(office, (until - instant(last.received_at)).total_seconds() / 86_400, late)
            if story.round_since is not None:
                yield Reply(
                    office, self._hours(story.round_since, until), done=False, in_time=False if late and not story.excused else None
                )
            if story.waiting_since is not None:
                yield Acceptance(office, self._hours(story.waiting_since, until), done=False)
        if story.reached:
            yield Climb(office, story.reached)
        yield from (Had(had, story.last.petition_id) for had in sorted(story.had or {TRIAGE_OFFICE}))
        yield from (Answer(by, reopened) for by, reopened in story.answers)


def _day(moment: datetime) -> date:
    return moment.astimezone(HANOI).date()


def read(events: Iterable[WholeEvent], until: datetime, working_hours: WorkingHours) -> tuple[list[Fact], Days]:
    """All facts of a record that ends at `until`, and the counts by day."""
    fold = Fold(working_hours)
    for event in events:
        fold.add(event)
    return list(fold.facts(until)), fold.days
