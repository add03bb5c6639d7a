"""One petition's life again: its requests at their own times, its timers by a clock that jumps from one due instant to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from schemas.events.actions import Recompute
from schemas.events.standing import State
from streams.case.decide.ladder import catch_up
from streams.case.decide.machine import decide
from streams.case.decide.state import Case, next_due
from streams.case.decide.turn import SYSTEM, CaseChange, Decision, Setting, Turn, Who
from streams.case.policy.book import Book
from streams.case.whatif.commands import Away, Noted, Registered, Replayed, Requested

_NEVER_AWAY = 1 << 60
Take = Callable[[Sequence[CaseChange]], None]


@dataclass(slots=True)
class Replay:
    """`take` gets what happens, in order. `one_policy`: the case keeps its policy, whatever recomputations the record has."""

    book: Book
    take: Take
    one_policy: bool = False
    case: Case | None = None
    _as_recorded: Setting = field(init=False)
    """Where the record tells of no outage there was none, however late something came (a clock that ran fast, for example)."""

    def __post_init__(self) -> None:
        self._as_recorded = Setting(self.book, _NEVER_AWAY)

    def run(self, command: Replayed) -> None:
        """Let time pass until the command, then carry it out."""
        if isinstance(command, Registered):
            setting = Setting(self.book) if command.late else self._as_recorded
            self._keep(decide(None, command.command, command.cause, command.at, setting))
            return
        if self.case is None:
            return
        if isinstance(command, Away):
            self._stand_still(command)
            return
        if isinstance(command, Noted):
            self.pass_until(command.asked)
            self._keep(_noted(self.case, command, self._as_recorded))
            return
        self.pass_until(command.command.at)
        if not (self.one_policy and isinstance(command.command.action, Recompute)):
            self._request(command)

    def pass_until(self, until: int) -> None:
        """Fire each timer that is due by `until` (ms UTC).

        All in one go, as a late worker would, except that a rating window ends at its own instant, or when the pipeline was there again:
        windows to reopen count from it.
        """
        case, setting = self.case, self._as_recorded
        while case is not None and (due := next_due(case)) is not None and due <= until:
            if case.state is State.ANSWERED:
                self._keep(_fired(case, due, _back(due, setting.away), setting))
            else:
                self._keep(_fired(case, until, until, setting))
            case = self.case

    def _request(self, command: Requested) -> None:
        self._keep(decide(self.case, command.command, command.cause, command.at, self._as_recorded))

    def _stand_still(self, away: Away) -> None:
        """Timers that fall between the two instants are late by it, and put the outage on the record."""
        self.pass_until(away.since)
        self._as_recorded = Setting(self.book, _NEVER_AWAY, (away.since, away.until))

    def _keep(self, decision: Decision) -> None:
        self.case = decision.case
        if decision.events:
            self.take(decision.events)


def _back(due: int, away: tuple[int, int] | None) -> int:
    """When a timer was handled: as it fell due, or at the end of the absence in which it did."""
    return away[1] if away is not None and away[0] < due < away[1] else due


def _fired(case: Case, until: int, at: int, setting: Setting) -> Decision:
    """What was due by `until` happens, at the instant `at`."""
    turn = Turn(case, setting, at, SYSTEM, "timer")
    catch_up(turn, until)
    return turn.decision()


def _noted(case: Case, noted: Noted, setting: Setting) -> Decision:
    who = Who.of(noted.who)
    turn = Turn(case, setting, noted.at, who, noted.cause)
    catch_up(turn, noted.asked)
    turn.tell(noted.what, {})
    return turn.decision()
