"""Which requests or updates a caller wants: his parameters, checked. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from schemas.events.tracking import is_petition_id
from schemas.platform.instants import day_begin_from
from schemas.reference import categories
from schemas.web import Problem, broken

DAYS, MOST = 90, 1000
"""The longest span, and the most entries of a page."""
_STATUS = {"open": True, "closed": False}
_LAST_PAGE = 1_000_000
Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """`ids` overrule the filters. `services`, `open`: None for all. From `start`, before `end`; `size` entries after `skip`."""

    start: datetime
    end: datetime
    size: int
    skip: int
    ids: tuple[str, ...] | None = None
    services: tuple[str, ...] | None = None
    open: bool | None = None

    def by_days(self) -> Wanted:
        """For who is shown begins of days: those of them from `start` on and before `end`. By narrower spans one could find the minute."""
        return replace(self, start=day_begin_from(self.start), end=day_begin_from(self.end))


def wanted(query: Query, now: datetime) -> Wanted:
    """Raise Problem 400 for what breaks a rule, naming it."""
    start, end = _span(query, now)
    size = _number(query, "page_size", MOST, MOST)
    return Wanted(
        start=start,
        end=end,
        size=size,
        skip=(_number(query, "page", 1, _LAST_PAGE) - 1) * size,
        ids=_ids(query),
        services=_services(query),
        open=_open(query),
    )


def _span(query: Query, now: datetime) -> tuple[datetime, datetime]:
    """The last 90 days when neither end is given; 90 days from the one that is."""
    start, end, most = _instant(query, "start_date"), _instant(query, "end_date"), timedelta(days=DAYS)
    if start is None:
        end = end or now + timedelta(seconds=1)
        return _shifted(end, -most, "end_date"), end
    end = end or _shifted(start, most, "start_date")
    if not start <= end <= start + most:
        raise broken("end_date", "span", le=DAYS)
    return start, end


def _shifted(moment: datetime, by: timedelta, name: str) -> datetime:
    try:
        return moment + by
    except OverflowError:
        raise broken(name, "w3_datetime") from None


def _instant(query: Query, name: str) -> datetime | None:
    text = query.get(name)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))  # a plus that was not escaped arrives as a blank
    except ValueError:
        raise broken(name, "w3_datetime") from None
    if found.tzinfo is None or not 1970 <= found.year <= 9000:
        raise broken(name, "w3_datetime")
    return found


def _number(query: Query, name: str, default: int, most: int) -> int:
    text = query.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or len(text) > 7 or not 1 <= int(text) <= most:
        raise broken(name, "range", ge=1, le=most)
    return int(text)


def _list(query: Query, name: str) -> tuple[str, ...] | None:
    found = tuple(part.strip() for part in query.get(name, "").split(",") if part.strip())
    return found or None


def _ids(query: Query) -> tuple[str, ...] | None:
    found = _list(query, "service_request_id")
    return None if found is None else tuple(one for one in found if is_petition_id(one))


def _services(query: Query) -> tuple[str, ...] | None:
    found = _list(query, "service_code")
    if found and not set(found) <= categories().keys():
        raise Problem(404, "unknown-service")
    return found


def _open(query: Query) -> bool | None:
    found = _list(query, "status")
    if found is None:
        return None
    if not set(found) <= _STATUS.keys():
        raise broken("status", "enum", expected="open, closed")
    return None if len(set(found)) == len(_STATUS) else _STATUS[found[0]]
