"""Counting what happened: for one petition, and for each office."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.events.standing import State
from schemas.reference import TRIAGE_OFFICE
from streams.case.decide.state import Case
from streams.case.decide.turn import CaseChange

RUNGS = (1, 2, 3)
"""Head of the office (with the breach), city office, chairman."""


@dataclass(slots=True)
class Outcome:
    """What became of one petition. `deadline`: the last one that its citizen was told (ms UTC); `breaches` by clock."""

    deadline: int | None = None
    breaches: Counter[str] = field(default_factory=Counter)
    excused: int = 0
    rungs: Counter[int] = field(default_factory=Counter)
    warnings: int = 0
    answered: int = 0
    in_time: int = 0
    closed: int = 0
    refusals: list[str] = field(default_factory=list)

    @property
    def late(self) -> bool:
        return bool(self.breaches)


@dataclass(slots=True)
class OfficeCount:
    """`late`: breaches while the office had to act; `received`: what was escalated to it, by rung."""

    late: int = 0
    received: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class Tally:
    """All petitions under one policy."""

    offices: dict[str, OfficeCount] = field(default_factory=dict)

    def take(self, outcome: Outcome, events: Sequence[CaseChange]) -> None:
        for happened in events:
            outcome.deadline = happened.after.deadline
            count = _COUNTS.get(happened.what)
            if count is not None:
                count(self, outcome, happened)

    def office(self, code: str) -> OfficeCount:
        found = self.offices.get(code)
        if found is None:
            found = self.offices[code] = OfficeCount()
        return found

    def warned(self, outcome: Outcome, _happened: CaseChange) -> None:
        outcome.warnings += 1

    def breached(self, outcome: Outcome, happened: CaseChange) -> None:
        outcome.breaches[happened.detail["clock"].value] += 1
        outcome.excused += bool(happened.detail["excused"])
        outcome.rungs[1] += 1
        office = self.office(_who_had_to_act(happened.before))
        office.late += 1
        office.received[1] += 1

    def escalated(self, outcome: Outcome, happened: CaseChange) -> None:
        rung = happened.detail["rung"]
        outcome.rungs[rung] += 1
        self.office(happened.detail["to_office"]).received[rung] += 1

    def answered(self, outcome: Outcome, happened: CaseChange) -> None:
        outcome.answered += 1
        outcome.in_time += bool(happened.detail["in_time"])

    def closed(self, outcome: Outcome, _happened: CaseChange) -> None:
        outcome.closed += 1

    def refused(self, outcome: Outcome, happened: CaseChange) -> None:
        """Requests that were refused on the record, too, have no detail here."""
        if happened.detail:
            outcome.refusals.append(f"{happened.detail['action']}: {happened.detail['rule']}")


def _who_had_to_act(case: Case) -> str:
    return (case.decider if case.state is State.DECISION_REQUIRED else case.office) or TRIAGE_OFFICE


_COUNTS = {
    "warned": Tally.warned,
    "breached": Tally.breached,
    "escalated": Tally.escalated,
    "answered": Tally.answered,
    "closed": Tally.closed,
    "action-refused": Tally.refused,
}
