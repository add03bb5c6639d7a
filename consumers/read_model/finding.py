"""Finding cases: what is looked for, and the query for it. Pure.

A query is one ordered scan for each way in which an office has to do with a case, merged: so every part can follow an index, and a page of
fifty costs fifty rows however many there are. Pages go on behind the last row (keyset), never by counting from the begin.

Words have no order. Among all that one may see they are looked for day by day from the newest cases on, and no further than FOUND_AT_MOST;
what was found is then sorted. So the newest come first without end, and every other order is one of the newest thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from consumers.read_model.cursors import KEYS, Cursor, Sort
from schemas.events.lateness import LATE_SQL, MISSED_SQL
from schemas.reference import TRIAGE_OFFICE

COUNTED_AT_MOST, FOUND_AT_MOST = 10_000, 1_000
"""Up to which number an office's open work is counted, which an index alone gives, and up to which everything else: nobody reads more."""


class Scope(StrEnum):
    """Among which cases is looked."""

    WORK = "work"
    MINE = "mine"
    OFFICE = "office"
    FORMER = "former"
    BRANCH = "branch"
    ALL = "all"


SCOPES: Mapping[Scope, str] = {
    Scope.WORK: "what the office has to do: its own, what it helps with, decides or was escalated to",
    Scope.MINE: "of that, what the caller works on, or somebody for whom he stands in",
    Scope.OFFICE: "what the office is responsible for, open or ended",
    Scope.FORMER: "what it was responsible for and is no longer",
    Scope.BRANCH: "what the offices below are responsible for, open or ended; for heads, the city office, leaders, and who reads for all",
    Scope.ALL: "all of these but what is the caller's own",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for. Empty or None: whatever. `branch`: the offices below, where the caller reads those. `persons`: the caller, and
    for whom he stands in. `words`: marks that must all stand in the case, `begun`: of which one must; `phones`: whether phone numbers are
    among them, which the responsible office alone finds. `ids`: one of these; `id_from`, `id_to`: what the petition's id begins with."""

    office: str
    now: datetime
    scope: Scope = Scope.WORK
    sort: Sort = Sort.PRESSING
    after: Cursor | None = None
    limit: int = 50
    branch: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    words: tuple[int, ...] = ()
    begun: tuple[int, ...] = ()
    phones: bool = False
    ids: tuple[str, ...] = ()
    id_from: str | None = None
    id_to: str | None = None
    open: bool | None = None
    state: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    ward: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    officer: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    free: bool | None = None
    overdue: bool | None = None
    missed: bool | None = None
    photos: bool | None = None
    followed: bool | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None
    updated_since: datetime | None = None

    def parameters(self) -> dict[str, Any]:
        given = {name: getattr(self, name) for name in self.__slots__}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}


_FREE = "(p.officer is null or coalesce(p.held_until < %(now)s, false))"
_FOLLOWED = "coalesce((p.view->>'followers')::int > 0, false)"
_CONDITIONS: Mapping[str, str] = {
    "words": "w.words @> %(words)s::bigint[]",
    "begun": "w.words && %(begun)s::bigint[]",
    "ids": "p.petition_id = any(%(ids)s)",
    "id_from": "p.petition_id >= %(id_from)s",
    "id_to": "p.petition_id < %(id_to)s",
    "state": "p.state = any(%(state)s)",
    "category": "p.category = any(%(category)s)",
    "ward": "p.ward_code = any(%(ward)s)",
    "level": "p.level = any(%(level)s)",
    "channel": "p.channel = any(%(channel)s)",
    "officer": "p.officer = any(%(officer)s)",
    "owner": f"coalesce(p.office, '{TRIAGE_OFFICE}') = any(%(owner)s)",
    "free": f"{_FREE} = %(free)s",
    "overdue": f"({LATE_SQL}) = %(overdue)s",
    "missed": f"({MISSED_SQL}) = %(missed)s",
    "photos": "w.photos = %(photos)s",
    "followed": f"{_FOLLOWED} = %(followed)s",
    "received_from": "p.received_at >= %(received_from)s",
    "received_to": "p.received_at < %(received_to)s",
    "updated_since": "p.updated_at >= %(updated_since)s",
}
"""Field of `Wanted` → what must hold of a row of `petition` (p) and its `case_words` (w)."""

_OWN = "p.office = %(office)s"
_HELPING = ("p.decider = %(office)s", "p.escalated_to = %(office)s", "p.co_offices @> array[%(office)s]")
_FEW = "(select * from petition where co_offices @> array[%(office)s] offset 0)"
"""Few, and found by their own index: behind a cursor the planner takes the rest of an order for nothing, and would walk along it."""
_FORMER = "p.former @> array[%(office)s]"
_OPEN = {True: "p.queue_office is not null", False: "p.queue_office is null"}
"""Written out: only so does the database see that an index of open cases alone will do."""


def page_query(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """The lines of a page in order; `key`: what its cursor is made of."""
    key = ", ".join(f"found.{key.name}::text" for key in KEYS[wanted.sort])
    found = _searched(wanted) if _is_search(wanted) else _merged(wanted)
    query = (
        f"with found as materialized ({found}) "  # noqa: S608 -- constants
        f'select petition_id, p.seq, p.view as "case", p.petition, p.updated_at, array[{key}] as key '
        f"from found join petition p using (petition_id) order by {_order(wanted.sort, 'found.')}"
    )
    return query, wanted.parameters() | _after(wanted)


def count_query(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """How many there are, `counted_at_most` and one at most. A case that several parts have is counted in the first."""
    if _is_search(wanted):
        return f"select count(*) as number from ({_near(wanted, counted_at_most(wanted) + 1)}) as found", wanted.parameters()  # noqa: S608
    parts = _parts(wanted)
    apart = [" and ".join([f"({part})", *(f"({before}) is not true" for before in parts[:n])]) for n, part in enumerate(parts)]
    found = " union all ".join(f"(select {_where(part, wanted)})" for part in apart)
    query = f"select count(*) as number from (select from ({found}) as parts limit {counted_at_most(wanted) + 1}) as found"  # noqa: S608
    return query, wanted.parameters()


def counted_at_most(wanted: Wanted) -> int:
    """Beyond which number it is only said that there are more."""
    plain = wanted.scope in {Scope.WORK, Scope.MINE} and not (wanted.words or wanted.begun)
    return COUNTED_AT_MOST if plain else FOUND_AT_MOST


_SPANS = """
select array_agg(-to_char(day, 'YYYYMMDD')::bigint) as marks, floor(log(2, nth)) as look, 'infinity'::timestamptz as until
from generate_series({newest}, {newest} - interval '14 days', interval '-1 day') with ordinality as days (day, nth) group by look
union all
select array_agg(-to_char(month, 'YYYYMM')::bigint), 4 + floor(log(2, nth)), ({newest} - interval '14 days') at time zone 'Asia/Ho_Chi_Minh'
from generate_series(
    date_trunc('month', {newest} - interval '14 days'),
    date_trunc('month', (select min(received_at) at time zone 'Asia/Ho_Chi_Minh' from petition)), interval '-1 month'
) with ordinality as months (month, nth) group by 2
order by look
"""
"""Marks (`words.spans_of`) of 1, 2, 4 and 8 days back from `newest` (a day in Hanoi), then of 1, 2, 4, … months, of the first of them what
came before `until`: each look goes twice as far, so a frequent word costs few cases and a rare one few looks."""
_SEEN = "p.petition_id, p.received_at, p.updated_at, p.urgency, p.due, p.level"
_NEWEST_FIRST = "received_at desc, petition_id desc"
_NAMED_AT_MOST = 20


def _is_search(wanted: Wanted) -> bool:
    return bool(wanted.words or wanted.begun) and wanted.scope not in {Scope.WORK, Scope.MINE}


def _searched(wanted: Wanted) -> str:
    """A page of those near."""
    keys = KEYS[wanted.sort]
    columns = ", ".join(f"{key.expression} as {key.name}" for key in keys)
    behind = "" if wanted.after is None else f"where {_behind(wanted.sort)}"
    most = wanted.limit if wanted.sort is Sort.NEWEST else FOUND_AT_MOST
    return f"select {columns} from ({_near(wanted, most)}) as p {behind} order by {_order(wanted.sort)} limit %(limit)s"  # noqa: S608


def _near(wanted: Wanted, most: int) -> str:
    """The newest that are found, so many at most; for pages of the newest first those behind the last one."""
    paged = wanted.sort is Sort.NEWEST and wanted.after is not None
    start = "%(received_at_after)s::timestamptz" if paged else "select max(received_at) from petition"
    spans = _SPANS.format(newest=f"date_trunc('day', ({start}) at time zone 'Asia/Ho_Chi_Minh')")
    inside = _in_span(wanted, most, paged=paged)
    parts = [f"select p.* from ({spans}) as span cross join lateral ({inside}) as p limit {most}"]  # noqa: S608 -- constants
    if wanted.scope is Scope.ALL:
        helping = _as_allowed(_HELPING, wanted)
        parts += [f"select {_SEEN} {_where(part, wanted, paged=paged)} order by {_NEWEST_FIRST} limit {most}" for part in helping]
    merged = " union ".join(f"({part})" for part in parts)
    return f"select * from ({merged}) as p order by {_NEWEST_FIRST} limit {most}"  # noqa: S608


def _in_span(wanted: Wanted, most: int, *, paged: bool) -> str:
    """What was received on the days of a mark. `offset 0`: the marks find the cases, in no other order, however the planner guesses."""
    owned = " or ".join(_as_allowed(_owned(wanted), wanted))
    conditions = [*_conditions(wanted, f"({owned})", paged=paged), "p.received_at < span.until"]
    marked = ["w.words && span.marks", *(one for one in conditions if "w." in one)]
    if len(wanted.branch) < _NAMED_AT_MOST:
        marked.append("w.offices && (%(branch)s::text[] || %(office)s::text)")
    others = " and ".join(one for one in conditions if "w." not in one)
    return (
        f"select {_SEEN} from (select w.petition_id from case_words w where {' and '.join(marked)} offset 0) as w "  # noqa: S608
        "cross join lateral (select * from petition one where one.petition_id = w.petition_id offset 0) as p "
        f"where {others} order by p.received_at desc, p.petition_id desc limit {most}"
    )


def _merged(wanted: Wanted) -> str:
    keys = KEYS[wanted.sort]
    columns = ", ".join(f"{key.expression} as {key.name}" for key in keys)
    inner = ", ".join(f"{key.expression}{key.direction}" for key in keys)
    parts = [f"(select {columns} {_where(part, wanted, paged=True)} order by {inner} limit %(limit)s)" for part in _parts(wanted)]
    if len(parts) == 1:
        return parts[0]
    return f"select distinct * from ({' union all '.join(parts)}) as parts order by {_order(wanted.sort)} limit %(limit)s"  # noqa: S608


def _parts(wanted: Wanted) -> tuple[str, ...]:
    """One for each way in which the case is the caller's business."""
    if wanted.scope is Scope.WORK:
        found: tuple[str, ...] = ("p.queue_office = %(office)s", *_HELPING)
    elif wanted.scope is Scope.MINE:
        found = ("p.officer = any(%(persons)s) and p.queue_office = %(office)s",)
    else:
        found = (*_owned(wanted), *(_HELPING if wanted.scope is Scope.ALL else ()))
    return _as_allowed(found, wanted)


def _as_allowed(parts: Iterable[str], wanted: Wanted) -> tuple[str, ...]:
    """Who is not responsible does not find people by their numbers."""
    return tuple(f"{part} and coalesce(p.office, '{TRIAGE_OFFICE}') = %(office)s" if wanted.phones else part for part in parts)


def _owned(wanted: Wanted) -> tuple[str, ...]:
    """The ways that are told by who owns the case, or once did."""
    own = (_OWN, *(("p.office is null",) if wanted.office == TRIAGE_OFFICE else ()))
    branch = _branch(wanted)
    return {Scope.OFFICE: own, Scope.FORMER: (_FORMER,), Scope.BRANCH: branch or ("false",)}.get(wanted.scope, (*own, _FORMER, *branch))


def _branch(wanted: Wanted) -> tuple[str, ...]:
    if not wanted.branch:
        return ()
    if wanted.open:
        return ("p.queue_office = any(%(branch)s)",)
    return ("p.office = any(%(branch)s)", *(("p.office is null",) if TRIAGE_OFFICE in wanted.branch else ()))


def _where(part: str, wanted: Wanted, *, paged: bool = False) -> str:
    found = " and ".join(_conditions(wanted, part, paged=paged))
    joined = " join case_words w on w.petition_id = p.petition_id" if "w." in found else ""
    return f"from {_FEW if _HELPING[-1] in part else 'petition'} p{joined} where {found}"


def _conditions(wanted: Wanted, part: str, *, paged: bool) -> list[str]:
    return [
        part,
        *([_OPEN[wanted.open]] if wanted.open is not None else ()),
        *(condition for name, condition in _CONDITIONS.items() if getattr(wanted, name) not in (None, ())),
        *([_behind(wanted.sort)] if paged and wanted.after is not None else ()),
    ]


def _behind(sort: Sort) -> str:
    keys = KEYS[sort]
    given = ", ".join(f"%({key.name}_after)s::{key.kind}" for key in keys)
    return f"({', '.join(key.expression for key in keys)}) {'<' if keys[0].direction else '>'} ({given})"


def _after(wanted: Wanted) -> dict[str, Any]:
    values = wanted.after or ()
    return {f"{key.name}_after": value for key, value in zip(KEYS[wanted.sort], values, strict=False)}


def _order(sort: Sort, of: str = "") -> str:
    return ", ".join(f"{of}{key.name}{key.direction}" for key in KEYS[sort])
