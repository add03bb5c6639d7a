"""A whole record under two policies: as it was, and as it would have been. Events are fed one by one, in each petition's order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.events.wire import WholeEvent, given, ms
from streams.case.decide.turn import CaseChange
from streams.case.policy.book import Book
from streams.case.policy.compiled import Policy
from streams.case.whatif.check import Check
from streams.case.whatif.commands import NotUnderstood, Replayed, replayed
from streams.case.whatif.replay import Replay
from streams.case.whatif.tally import Outcome, Tally


@dataclass(frozen=True, slots=True)
class Window:
    """Petitions registered from `first` (ms UTC) and before `last` are studied; None: no limit."""

    first: int | None = None
    last: int | None = None

    def has(self, at: int) -> bool:
        return (self.first is None or at >= self.first) and (self.last is None or at < self.last)


@dataclass(slots=True)
class One:
    """One petition of the record: how it was, how it would have been."""

    petition_id: str
    category: str
    level: str
    version: str
    before: Outcome
    after: Outcome
    check: Check
    _was: Replay
    _would: Replay
    _book: Book
    _pending: list[WholeEvent] = field(default_factory=list)
    _seq: int = 0
    _deadline: str | None = None
    _deadline_ms: int | None = None

    def feed(self, event: WholeEvent) -> None:
        """Take the petition's next event. Raise NotUnderstood for events that no request explains."""
        if self._pending and self._pending[0].cause != event.cause:
            self._flush()
        self._seq += 1
        if event.seq != self._seq and self.check.difference is None:
            self.check.difference = f"the record has event {event.seq} where {self._seq} was due"
        if event.case.deadline != self._deadline:
            self._deadline = event.case.deadline
            self._deadline_ms = ms(event.case.deadline) if event.case.deadline is not None else None
        self.check.recorded((event.what, self._deadline_ms))
        if not event.by_time or event.what == "outage-recorded":
            self._pending.append(event)

    def finish(self, end: int) -> None:
        """The record ends: carry out what waits, and let time pass until `end` (ms UTC)."""
        self._flush()
        self._was.pass_until(end)
        self._would.pass_until(end)
        self.check.finish()

    def _flush(self) -> None:
        if not self._pending:
            return
        command = replayed(self._pending, self._policy())
        self._pending = []
        self._run(command)

    def _policy(self) -> Policy:
        return self._book.get(self._was.case.policy if self._was.case else self.version)

    def _run(self, command: Replayed) -> None:
        self._was.run(command)
        self._would.run(command)


@dataclass(slots=True)
class Study:
    """`known`: the policies by which the record came about; `other`: the one that is tried."""

    known: Book
    other: Policy
    window: Window = Window()
    petitions: dict[str, One] = field(default_factory=dict)
    before: Tally = field(default_factory=Tally)
    after: Tally = field(default_factory=Tally)
    events: int = 0
    headless: set[str] = field(default_factory=set)
    """Petitions whose record does not begin with their first event."""
    outside: set[str] = field(default_factory=set)
    """Petitions registered outside the window."""
    not_understood: dict[str, str] = field(default_factory=dict)
    """Petitions that were left out, and why."""
    end: int = 0
    """Until when time passed (ms UTC); known when it is finished."""
    _last: int = 0

    def feed(self, event: WholeEvent) -> None:
        """Take the next event of a petition."""
        self.events += 1
        self._last = max(self._last, event.at_ms)
        one = self.petitions.get(event.petition_id)
        if one is None:
            one = self._begin(event)
        if one is not None:
            try:
                one.feed(event)
            except NotUnderstood as error:
                self._leave_out(one, error)

    def finish(self, end: int | None = None) -> None:
        """Let time pass until the record's end, or until `end` (ms UTC) if that is later."""
        self.end = max(self._last, end or 0)
        for one in list(self.petitions.values()):
            try:
                one.finish(self.end)
            except NotUnderstood as error:
                self._leave_out(one, error)

    def _leave_out(self, one: One, error: NotUnderstood) -> None:
        """A petition with events that cannot come from the machine; the others go on."""
        self.not_understood[one.petition_id] = str(error)
        del self.petitions[one.petition_id]

    @property
    def versions(self) -> Counter[str]:
        """By how many petitions each policy was kept at their start."""
        return Counter(one.version for one in self.petitions.values())

    def _begin(self, event: WholeEvent) -> One | None:
        if event.petition_id in self.headless or event.petition_id in self.outside or event.petition_id in self.not_understood:
            return None
        if event.seq != 1 or not given(event.petition):
            self.headless.add(event.petition_id)
            return None
        if not self.window.has(event.at_ms):
            self.outside.add(event.petition_id)
            return None
        one = self._one(event)
        self.petitions[event.petition_id] = one
        return one

    def _one(self, event: WholeEvent) -> One:
        version = event.case.policy_version
        book = Book(self.known.get(version), self.known.versions)
        before, after, check = Outcome(), Outcome(), Check()

        def was(events: Sequence[CaseChange]) -> None:
            self.before.take(before, events)
            for happened in events:
                check.replayed((happened.what, happened.after.deadline))

        def would(events: Sequence[CaseChange]) -> None:
            self.after.take(after, events)

        return One(
            event.petition_id,
            event.case.category,
            event.case.level,
            version,
            before,
            after,
            check,
            Replay(book, was),
            Replay(Book.of(self.other), would, one_policy=True),
            book,
        )
