"""A digest on its way: its figures are those of the moment in which it is sent."""

from __future__ import annotations

from typing import Any

from consumers.notifier.digest import morning
from consumers.notifier.digest.figures import Figures, Span
from consumers.notifier.digest.rounds import told_in
from consumers.notifier.digest.wording import digest
from consumers.notifier.policy import policy
from consumers.notifier.wording import Message
from schemas.platform.clock import Clock, to_datetime


class Digests:
    """`base`: the pages' address, for links."""

    def __init__(self, figures: Figures, clock: Clock, base: str) -> None:
        self._figures, self._clock, self._base = figures, clock, base

    async def message(self, row: dict[str, Any], leave: str) -> Message | None:
        """None when the day is over, or there is nothing to tell: a mail that says so every day is soon read by nobody."""
        day, since = told_in(row["event"])
        now = to_datetime(self._clock.now_ms())
        if morning.is_over(day, now):
            return None
        found = await self._figures.of(row["receiver"], row["holder"], Span(now, since, morning.end_of(day), policy().digest.cases))
        return digest(found, day, since, row["language"], base=self._base, leave=leave) if found else None
