"""Instants as numbers and as dates. Pure: whoever may not ask what time it is may still say what an instant means."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def to_datetime(ms: int) -> datetime:
    """Milliseconds since the epoch as an aware UTC datetime."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def to_ms(moment: datetime) -> int:
    """An aware datetime as milliseconds since the epoch."""
    return round(moment.timestamp() * 1000)


def local(instant: str | None) -> str:
    """An ISO instant as people in Hanoi write it, like `17:30 05/12/2025`; a dash for none."""
    return datetime.fromisoformat(instant).astimezone(HANOI).strftime("%H:%M %d/%m/%Y") if instant else "—"


def start_of(day: date) -> datetime:
    """Its midnight in Hanoi."""
    return datetime.combine(day, time(), HANOI)


def day_begin(moment: datetime) -> datetime:
    """The begin of its day in Hanoi."""
    return start_of(moment.astimezone(HANOI).date())


def day_begin_from(moment: datetime) -> datetime:
    """The first begin of a day in Hanoi that is not before it."""
    begun = day_begin(moment)
    return begun if begun == moment else begun + timedelta(days=1)


def iso(moment: datetime) -> str:
    """As events write instants: UTC, milliseconds only when there are some, `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="auto").replace("+00:00", "Z")
