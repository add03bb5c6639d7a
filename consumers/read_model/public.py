"""What anybody may read of petitions, whoever asks: which ones, and the queries for them. No words are among the columns but the place that
was given, of which `consumers.views.public` shows no more than a street's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consumers.incidents.compare import FIELD
from consumers.read_model.reading import Reader
from schemas.events.intake import SANDBOX
from schemas.events.lateness import LATE_SQL
from schemas.events.standing import WORK_STATES, State

Row = dict[str, Any]

COUNTED = "p.channel <> %(sandbox)s and p.category = any(%(field)s)"
"""A matter in the street, of which all may know. What people have with a teacher, an office, their health or their neighbours is theirs."""
UNLISTED = (State.REFUSED, State.WITHDRAWN, State.MERGED)
"""What was not the city's business, what its citizen took back, and what stands in the list as another petition's follower."""
LISTED = f"{COUNTED} and p.state <> all(%(unlisted)s)"
WHICH: Mapping[str, Any] = {"sandbox": SANDBOX, "field": sorted(FIELD), "unlisted": [state.value for state in UNLISTED]}
"""Values of these conditions."""

_COLUMNS = f"""
select p.petition_id, p.state, p.category, p.office, p.ward_code, p.received_at, p.updated_at, p.deadline, p.petition,
       {LATE_SQL} as late, coalesce((p.view->>'followers')::int, 0) as followers,
       (select t.data->>'result' from timeline t where t.petition_id = p.petition_id and t.type = 'answered'
        order by t.seq desc limit 1) as result
from petition p
"""  # noqa: S608 -- made of constants
_STEPS = "select petition_id, seq, event_id, type, at, data from timeline where petition_id = %(petition_id)s order by seq"
# What the role `incidents` remembers of a place is nowhere else in the clear. Places are compared by cells of a thousandth of a degree
# (some 110 m by 104 m), so whoever asks from all sides learns the cell, and not the house.
_NEAR = f"""
{_COLUMNS} left join incident_petition i on i.petition_id = p.petition_id
where {LISTED} and p.state = any(%(work)s) and p.category = %(category)s and p.received_at >= %(since)s
  and case when %(lat)s::float8 is not null and i.lat is not null
      then abs(round(i.lat::numeric, 3) - round(%(lat)s::numeric, 3)) <= %(cells)s * 0.001
           and abs(round(i.long::numeric, 3) - round(%(long)s::numeric, 3)) <= %(cells)s * 0.001
      else p.ward_code = %(ward)s end
order by p.received_at desc, p.petition_id desc limit %(limit)s
"""
_CELLS = 2
_CONDITIONS: Mapping[str, str] = {
    "ward": "p.ward_code = any(%(ward)s)",
    "category": "p.category = any(%(category)s)",
    "state": "p.state = any(%(state)s)",
    "received_from": "p.received_at >= %(received_from)s",
    "received_to": "p.received_at < %(received_to)s",
    "petition_id": "p.petition_id = %(petition_id)s",
    "after": "(p.received_at, p.petition_id) < (select b.received_at, b.petition_id from petition b where b.petition_id = %(after)s)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Empty or None: whatever. `after`: behind this petition. `by_change`: the newest change first, instead of the newest petition."""

    now: datetime
    ward: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    received_from: datetime | None = None
    received_to: datetime | None = None
    petition_id: str | None = None
    after: str | None = None
    limit: int = 50
    by_change: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where somebody is about to report something of a category: a point, or a ward (or both: then what has a point must be near)."""

    category: str
    since: datetime
    now: datetime
    ward: str | None = None
    lat: float | None = None
    long: float | None = None
    limit: int = 5


async def listed(reader: Reader, wanted: Wanted) -> list[Row]:
    """Petitions that anybody may see, in order. Raises one of `Away` without a database."""
    given = {name: getattr(wanted, name) for name in _CONDITIONS}
    conditions = [LISTED, *(condition for name, condition in _CONDITIONS.items() if given[name] not in (None, ()))]
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    order = "p.updated_at desc, p.petition_id desc" if wanted.by_change else "p.received_at desc, p.petition_id desc"
    query = f"{_COLUMNS} where {' and '.join(conditions)} order by {order} limit %(limit)s"
    return await reader.rows(query, {**WHICH, **values, "now": wanted.now, "limit": wanted.limit})


async def steps(reader: Reader, petition_id: str) -> list[Row]:
    """All that happened to it, as columns of `timeline`."""
    return await reader.rows(_STEPS, {"petition_id": petition_id})


async def near(reader: Reader, spot: Spot) -> list[Row]:
    """What is being worked on at about this place, the newest first."""
    values = {name: getattr(spot, name) for name in spot.__slots__}
    return await reader.rows(_NEAR, {**WHICH, **values, "work": sorted(WORK_STATES), "cells": _CELLS})
