"""Finding cases: what is looked for, and the query for it. Pure.

A query is one ordered scan for each way in which an office has to do with a case, merged: so every part can follow an index, and a page of
fifty costs fifty rows however many there are. Pages go on behind the last row (keyset), never by counting from the begin.
"""

from __future__ import annotations

from collections.abc import Mapping
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
_FORMER = "p.former @> array[%(office)s]"
_NAMED = " and w.offices @> array[%(office)s]"
"""Nothing new of cases that are or were one's own; with it the index of words gives those of the office alone."""
_OPEN = {True: "p.queue_office is not null", False: "p.queue_office is null"}
"""Written out: only so does the database see that an index of open cases alone will do."""


def page_query(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """The lines of a page in order; `key`: what its cursor is made of."""
    key = ", ".join(f"found.{key.name}::text" for key in KEYS[wanted.sort])
    query = (
        f"with found as materialized ({_merged(wanted)}) "  # noqa: S608 -- constants
        f'select petition_id, p.seq, p.view as "case", p.petition, p.updated_at, array[{key}] as key '
        f"from found join petition p using (petition_id) order by {_order(wanted.sort, 'found.')}"
    )
    return query, wanted.parameters() | _after(wanted)


def count_query(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """How many there are, `counted_at_most` and one at most. A case that several parts have is counted in the first."""
    parts = _parts(wanted)
    apart = [" and ".join([f"({part})", *(f"({before}) is not true" for before in parts[:n])]) for n, part in enumerate(parts)]
    found = " union all ".join(f"(select {_where(part, wanted)})" for part in apart)
    query = f"select count(*) as number from (select from ({found}) as parts limit {counted_at_most(wanted) + 1}) as found"  # noqa: S608
    return query, wanted.parameters()


def counted_at_most(wanted: Wanted) -> int:
    """Beyond which number it is only said that there are more."""
    plain = wanted.scope in {Scope.WORK, Scope.MINE} and not (wanted.words or wanted.begun)
    return COUNTED_AT_MOST if plain else FOUND_AT_MOST


def _merged(wanted: Wanted) -> str:
    keys = KEYS[wanted.sort]
    columns = ", ".join(f"{key.expression} as {key.name}" for key in keys)
    inner = ", ".join(f"{key.expression}{key.direction}" for key in keys)
    parts = [f"(select {columns} {_where(part, wanted, paged=True)} order by {inner} limit %(limit)s)" for part in _parts(wanted)]
    if len(parts) == 1:
        return parts[0]
    return f"select distinct * from ({' union all '.join(parts)}) as parts order by {_order(wanted.sort)} limit %(limit)s"  # noqa: S608


def _parts(wanted: Wanted) -> tuple[str, ...]:
    """One for each way in which the case is the caller's business. Who is not responsible does not find people by their numbers."""
    own, former = _own(wanted), _FORMER + (_NAMED if wanted.words or wanted.begun else "")
    found = {
        Scope.WORK: ("p.queue_office = %(office)s", *_HELPING),
        Scope.MINE: ("p.officer = any(%(persons)s) and p.queue_office = %(office)s",),
        Scope.OFFICE: own,
        Scope.FORMER: (former,),
        Scope.BRANCH: _branch(wanted) or ("false",),
        Scope.ALL: (*own, *_HELPING, former, *_branch(wanted)),
    }[wanted.scope]
    if not wanted.phones:
        return found
    return tuple(f"{part} and coalesce(p.office, '{TRIAGE_OFFICE}') = %(office)s" for part in found)


def _own(wanted: Wanted) -> tuple[str, ...]:
    named = _NAMED if wanted.words or wanted.begun else ""
    found = (_OWN + named,)
    return (*found, "p.office is null" + named) if wanted.office == TRIAGE_OFFICE else found


def _branch(wanted: Wanted) -> tuple[str, ...]:
    if not wanted.branch:
        return ()
    if wanted.open:
        return ("p.queue_office = any(%(branch)s)",)
    return ("p.office = any(%(branch)s)", *(("p.office is null",) if TRIAGE_OFFICE in wanted.branch else ()))


def _where(part: str, wanted: Wanted, *, paged: bool = False) -> str:
    conditions = [
        part,
        *([_OPEN[wanted.open]] if wanted.open is not None else ()),
        *(condition for name, condition in _CONDITIONS.items() if getattr(wanted, name) not in (None, ())),
    ]
    if paged and wanted.after is not None:
        conditions.append(_behind(wanted.sort))
    found = " and ".join(conditions)
    joined = " join case_words w on w.petition_id = p.petition_id" if "w." in found else ""
    return f"from petition p{joined} where {found}"


def _behind(sort: Sort) -> str:
    keys = KEYS[sort]
    given = ", ".join(f"%({key.name}_after)s::{key.kind}" for key in keys)
    return f"({', '.join(key.expression for key in keys)}) {'<' if keys[0].direction else '>'} ({given})"


def _after(wanted: Wanted) -> dict[str, Any]:
    values = wanted.after or ()
    return {f"{key.name}_after": value for key, value in zip(KEYS[wanted.sort], values, strict=False)}


def _order(sort: Sort, of: str = "") -> str:
    return ", ".join(f"{of}{key.name}{key.direction}" for key in KEYS[sort])
