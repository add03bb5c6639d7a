"""What somebody wants to read: his parameters, checked. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.datastructures import QueryParams

from consumers.http.looking import day_of, limit_of, several
from consumers.http.public.contract import MOST, MOST_MONTHS, USUAL
from consumers.incidents.compare import FIELD
from consumers.read_model.public import UNLISTED, Spot, Wanted
from consumers.views.public import streets_by_code
from schemas.events.intake import LAT_MAX, LAT_MIN, LONG_MAX, LONG_MIN
from schemas.events.numbers import Numbers
from schemas.events.standing import State
from schemas.platform.instants import HANOI
from schemas.reference import categories, wards
from schemas.web import broken

_USUAL_MONTHS = 12
_NEAR_DAYS = 60
_NEWS_DAYS = 90


@dataclass(frozen=True, slots=True)
class Months:
    """From `first` to `last`, each as (year, month), both included."""

    first: tuple[int, int]
    last: tuple[int, int]

    @property
    def start(self) -> datetime:
        return datetime(*self.first, 1, tzinfo=HANOI)

    @property
    def end(self) -> datetime:
        return datetime(*_moved(self.last, 1), 1, tzinfo=HANOI)

    @property
    def names(self) -> dict[str, str]:
        return {"from": _written(self.first), "to": _written(self.last)}


def petitions(given: QueryParams, now: datetime, numbers: Numbers) -> Wanted:
    """A page. Raise Problem 400 that names the parameter that is wrong."""
    return Wanted(
        now=now,
        ward=several(given, "ward", wards()),
        category=several(given, "category", FIELD),
        state=several(given, "state", [state.value for state in State if state not in UNLISTED]),
        received_from=day_of(given, "received_from"),
        received_to=day_of(given, "received_to", end=True),
        after=_behind(given.get("cursor"), numbers),
        limit=limit_of(given, USUAL, MOST),
    )


def news(now: datetime, *, ward: tuple[str, ...] = (), category: tuple[str, ...] = ()) -> Wanted:
    """What has changed lately, for those who follow a ward or a category."""
    since = now - timedelta(days=_NEWS_DAYS)
    return Wanted(now=now, ward=ward, category=category, received_from=since, by_change=True, limit=USUAL)


def street(given: QueryParams) -> str | None:
    """Its name. Raise Problem 400 for a code that none has."""
    code = _known(given, "street", streets_by_code())
    return streets_by_code()[code] if code else None


def _behind(cursor: str | None, numbers: Numbers) -> str | None:
    found = numbers.petition_of(cursor) if cursor is not None else None
    if cursor is not None and found is None:
        raise broken("cursor", "cursor")
    return found


def spot(given: QueryParams, now: datetime) -> Spot | None:
    """Where somebody is about to report; None where nothing can be near: without category or place. Raise Problem 400."""
    ward, category = (_known(given, name, known) for name, known in (("ward", wards()), ("category", categories())))
    lat, long = _degrees(given, "lat", LAT_MIN, LAT_MAX), _degrees(given, "long", LONG_MIN, LONG_MAX)
    if category not in FIELD or (ward is None and None in (lat, long)):
        return None
    whole = None not in (lat, long)
    since = now - timedelta(days=_NEAR_DAYS)
    return Spot(category=str(category), since=since, now=now, ward=ward, lat=lat if whole else None, long=long if whole else None)


def _known(given: QueryParams, name: str, known: Iterable[str]) -> str | None:
    value = given.get(name)
    if value is not None and value not in known:
        raise broken(name, f"unknown_{name}")
    return value


def _degrees(given: QueryParams, name: str, least: float, most: float) -> float | None:
    if (text := given.get(name)) is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = most + 1
    if not least <= value <= most:
        raise broken(name, "between", ge=least, le=most)
    return value


def months(given: QueryParams, now: datetime) -> Months:
    """The last twelve, unless said otherwise. Whole months only: from spans that differ by a day, what happened on it would follow."""
    local = now.astimezone(HANOI)
    last = _month(given, "to") or (local.year, local.month)
    first = _month(given, "from") or _moved(last, 1 - _USUAL_MONTHS)
    if not first <= last <= _moved(first, MOST_MONTHS - 1):
        raise broken("to", "months", le=MOST_MONTHS)
    return Months(first, last)


def _month(given: QueryParams, name: str) -> tuple[int, int] | None:
    if (text := given.get(name)) is None:
        return None
    try:
        found = datetime.strptime(text, "%Y-%m").replace(tzinfo=HANOI)
    except ValueError:
        raise broken(name, "month") from None
    if not 2000 <= found.year <= 2999:
        raise broken(name, "month")
    return found.year, found.month


def _moved(month: tuple[int, int], by: int) -> tuple[int, int]:
    years, rest = divmod(month[1] - 1 + by, 12)
    return month[0] + years, rest + 1


def _written(month: tuple[int, int]) -> str:
    return f"{month[0]:04}-{month[1]:02}"
