"""What a caller looks for among cases, from the parameters of his call."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import AwareDatetime, TypeAdapter, ValidationError
from starlette.datastructures import QueryParams

from consumers.read_model import cursors
from consumers.read_model.cursors import Sort
from consumers.read_model.finding import Scope, Wanted
from consumers.read_model.words import Mark, begun, phones_in, words_in
from schemas.events import tracking
from schemas.events.base import Level
from schemas.events.standing import State
from schemas.identity.callers import Acting
from schemas.platform.instants import HANOI
from schemas.reference import below, categories, offices, wards
from schemas.web import broken

DEFAULT_LIMIT, MAX_LIMIT = 50, 500
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_MANY_AT_MOST, _WORDS_AT_MOST = 50, 20
_ID_AT_LEAST = 8
_INSTANT = TypeAdapter(AwareDatetime)
_FLAGS = ("open", "free", "overdue", "missed", "photos", "followed")
_LISTS: dict[str, Callable[[], Iterable[str]]] = {
    "state": lambda: [state.value for state in State],
    "category": categories,
    "ward": wards,
    "level": lambda: [level.value for level in Level],
    "owner": offices,
}


def looked_for(given: QueryParams, acting: Acting, now: datetime, persons: tuple[str, ...] = ()) -> Wanted:
    """What the parameters say, without the words that are looked for (`searching`). Raise Problem 400 that names the one that is wrong."""
    sort = Sort(_one(given, "sort", list(Sort), Sort.PRESSING))
    plain: dict[str, Any] = {name: several(given, name, known()) for name, known in _LISTS.items()}
    plain |= {name: BOOLEANS.get(_one(given, name, list(BOOLEANS), "")) for name in _FLAGS}
    return Wanted(
        office=acting.office,
        now=now,
        scope=Scope(_one(given, "scope", list(Scope), Scope.WORK)),
        sort=sort,
        after=_cursor(given.get("cursor"), sort),
        limit=limit_of(given),
        branch=below(acting.office) if acting.branch else (),
        persons=persons,
        channel=several(given, "channel", None),
        officer=several(given, "officer", None),
        received_from=day_of(given, "received_from"),
        received_to=day_of(given, "received_to", end=True),
        updated_since=_instant(given, "updated_since"),
        **plain,
    )


def searching(wanted: Wanted, text: str, mark: Mark, keys: tracking.Keys) -> Wanted:
    """Look besides for a text: a tracking code, what a petition's id begins with, or words that must all be there, of which the last one
    may only have begun (`đèn chi*`). Raise Problem 400 where it has none."""
    text, typing = text.strip().removesuffix("*"), text.strip().endswith("*")
    try:
        return replace(wanted, ids=tuple(keys.candidates(tracking.parse(text))))
    except tracking.BadTrackingCode:
        pass
    if len(text) >= _ID_AT_LEAST and set(text) <= set("0123456789abcdef") and not any(phones_in(text)):
        return replace(wanted, id_from=text, id_to=f"{text}g")
    before, last = begun(text) if typing else (text, frozenset[str]())
    words = sorted(words_in(before))[:_WORDS_AT_MOST]
    if not words and not last:
        raise broken("q", "no_word")
    return replace(wanted, words=tuple(map(mark, words)), begun=tuple(map(mark, sorted(last))), phones=any(phones_in(text)))


def _one(given: QueryParams, name: str, allowed: list[Any], otherwise: str) -> str:
    value = given.get(name, otherwise)
    if name in given and value not in allowed:
        raise broken(name, "enum", expected=", ".join(sorted(map(str, allowed))))
    return value


def several(given: QueryParams, name: str, known: Iterable[str] | None) -> tuple[str, ...]:
    """All values of a parameter, each one of the `known`. Raise Problem 400."""
    values = tuple(given.getlist(name))
    if len(values) > _MANY_AT_MOST:
        raise broken(name, "too_long", max_length=_MANY_AT_MOST)
    if any("\0" in value for value in values) or (known is not None and not set(values) <= set(known)):
        raise broken(name, "enum", expected=", ".join(sorted(known or ())))
    return values


def limit_of(given: QueryParams, default: int = DEFAULT_LIMIT, most: int = MAX_LIMIT) -> int:
    """Entries of a page."""
    return whole_number(given, "limit", most) or default


def whole_number(given: QueryParams, name: str, most: int = 999_999) -> int | None:
    """From 1 to `most`; None when it is not given. Raise Problem 400."""
    text = given.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 6 or not 1 <= int(text) <= most:
        raise broken(name, "range", ge=1, le=most)
    return int(text)


def _cursor(text: str | None, sort: Sort) -> cursors.Cursor | None:
    if text is None:
        return None
    try:
        return cursors.parsed(text, sort)
    except ValueError:
        raise broken("cursor", "cursor") from None


def _instant(given: QueryParams, name: str) -> datetime | None:
    if (text := given.get(name)) is None:
        return None
    try:
        return _INSTANT.validate_strings(text)
    except ValidationError:
        raise broken(name, "timezone_aware") from None


def day_of(given: QueryParams, name: str, *, end: bool = False) -> datetime | None:
    """An instant, or a day in Hanoi; `end`: the day is meant with all of it."""
    text = given.get(name)
    try:
        day = datetime.strptime(text or "", "%Y-%m-%d").replace(tzinfo=HANOI)
        return day + timedelta(days=1) if end else day
    except ValueError:
        return _instant(given, name)
    except OverflowError:
        raise broken(name, "timezone_aware") from None
