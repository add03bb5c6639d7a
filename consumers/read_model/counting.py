"""How many cases are open and how many of them late, as figures for alarms: told now and then, whether or not anybody looks."""

from __future__ import annotations

import asyncio

from consumers.read_model.reading import Away, Reader
from schemas.events.lateness import LATE_SQL
from schemas.platform.clock import Clock
from schemas.platform.instants import to_datetime
from schemas.platform.metrics import CASES_LATE, CASES_OPEN

EVERY_SECONDS = 30.0
_COUNT = f"select count(*) as open, count(*) filter (where {LATE_SQL}) as late from petition where queue_office is not null"  # noqa: S608 -- constants
_UNKNOWN = float("nan")


async def keep_counting(reader: Reader, clock: Clock) -> None:
    """Count for ever, on the service's clock."""
    while True:
        await count(reader, clock)
        await asyncio.sleep(EVERY_SECONDS)


async def count(reader: Reader, clock: Clock) -> None:
    """Set the figures; to nothing that could be taken for one while the database is away, of which other alarms tell."""
    try:
        (row,) = await reader.rows(_COUNT, {"now": to_datetime(clock.now_ms())})
    except Away:
        row = {"open": _UNKNOWN, "late": _UNKNOWN}
    CASES_OPEN().set(row["open"])
    CASES_LATE().set(row["late"])
