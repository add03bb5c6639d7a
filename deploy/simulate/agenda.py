"""What people mean to do, and when."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from schemas.events.base import Actor
from schemas.events.wire import CaseView


@dataclass(frozen=True, slots=True)
class Plan:
    """At `at` (ms UTC) the actor asks for what `fields` say, if the case is then in one of `states` and in the same round.

    `office`: it must still own the case (None: does not matter).
    """

    at: int
    petition_id: str
    actor: Actor
    fields: dict[str, Any]
    states: frozenset[str]
    round: int
    office: str | None = None

    def fits(self, case: CaseView) -> bool:
        return case.state in self.states and case.reopened == self.round and self.office in (None, case.office)


@dataclass(slots=True)
class Agenda:
    """Plans in the order of their instants."""

    _plans: list[tuple[int, int, Plan]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def add(self, plans: Iterable[Plan]) -> None:
        for plan in plans:
            heapq.heappush(self._plans, (plan.at, next(self._numbers), plan))

    def due(self, now: int, at_most: int) -> Iterator[Plan]:
        """Take out what is due by `now`, oldest first."""
        for _ in range(at_most):
            if not self._plans or self._plans[0][0] > now:
                return
            yield heapq.heappop(self._plans)[2]

    def __len__(self) -> int:
        return len(self._plans)
