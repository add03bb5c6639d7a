"""Does the replay under the recorded policy give the record again? Compared event by event as both grow: kind and deadline."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

Step = tuple[str, int | None]
"""What happened, and the case's deadline after it (ms UTC)."""


@dataclass(slots=True)
class Check:
    """`difference`: the first one, in words; what both have in common is not kept."""

    difference: str | None = None
    _recorded: deque[Step] = field(default_factory=deque)
    _replayed: deque[Step] = field(default_factory=deque)

    @property
    def unmatched(self) -> int:
        """Events of one side that the other has not reached."""
        return len(self._recorded) + len(self._replayed)

    def recorded(self, step: Step) -> None:
        if self.difference is None:
            self._recorded.append(step)
            self._compare()

    def replayed(self, step: Step) -> None:
        if self.difference is None:
            self._replayed.append(step)
            self._compare()

    def finish(self) -> None:
        """At the end of the record nothing of it may be left; the replay may have timers that the record's end cut off."""
        if self.difference is None and self._recorded:
            self.difference = f"the record has {self._recorded[0][0]}, the replay nothing more"

    def _compare(self) -> None:
        while self._recorded and self._replayed:
            first, second = self._recorded.popleft(), self._replayed.popleft()
            if first != second:
                same = first[0] == second[0]
                self.difference = f"{first[0]} with another deadline" if same else f"{second[0]} instead of {first[0]}"
                return
