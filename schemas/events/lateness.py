"""When a petition is late, said once. Two words, which everything that counts, shows or alarms uses:

- *late*: a clock to answer or to keep a promise runs, and its due instant has passed. A clock that stands is not late; a promise is
  no answer, so one that is given after a missed deadline changes nothing. The time to accept is not meant: it is the office's own.
- *missed* (once late): in the present round, since the reception or the last reopening, such a clock ran out before an answer came.
  It stands in the view as `missed`; an answer ends lateness, and what was missed stays missed.

The record is enough for both. `late` needs the instant for which it is asked, so what is kept is from when on a petition is late.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

import msgspec

from schemas.events.standing import ClockName

Instant = TypeVar("Instant", datetime, int, str)
Instant_co = TypeVar("Instant_co", datetime, int, str, covariant=True)

LATE_CLOCKS = (ClockName.ANSWER, ClockName.PROMISE)
"""What an office owes the citizen."""

LATE_SQL = "coalesce(late_from < %(now)s, false)"
MISSED_SQL = "coalesce((view->>'missed')::boolean, false)"
"""The same of a row of the read model's table `petition`; `late_from` there is what the function of this name gives of the view."""


class Clock(Protocol[Instant_co]):
    """A clock of a view: `schemas.events.standing.ClockView`, or a decoder's own cut of it."""

    @property
    def name(self) -> str: ...
    @property
    def due_at(self) -> Instant_co: ...
    @property
    def paused_at(self) -> object | None: ...


class _JsonClock(msgspec.Struct, gc=False):
    name: str
    due_at: datetime
    paused_at: datetime | None = None


def clocks_of(view: Mapping[str, Any]) -> tuple[Clock[datetime], ...]:
    """The clocks of a case's view as JSON has it. Raise msgspec.ValidationError where it has none that can be read."""
    return msgspec.convert(view.get("clocks", ()), tuple[_JsonClock, ...])


def late_from(clocks: Iterable[Clock[Instant]]) -> Instant | None:
    """From which instant on the petition is late, as long as these are its clocks; None: not until something happens.

    Instants are datetimes, milliseconds, or texts of one form in UTC.
    """
    return min((clock.due_at for clock in clocks if clock.name in LATE_CLOCKS and clock.paused_at is None), default=None)


def is_late(clocks: Iterable[Clock[Instant]], now: Instant) -> bool:
    """Late at `now`."""
    start = late_from(clocks)
    return start is not None and start < now
