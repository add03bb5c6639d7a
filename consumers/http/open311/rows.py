"""The queries: a channel's own petitions, or those about a place that anybody may know of."""

from __future__ import annotations

from typing import Any

from consumers.http.open311.wanted import Wanted
from consumers.read_model.public import COUNTED, WHICH
from consumers.read_model.reading import Reader
from consumers.views.citizen import VISIBLE
from schemas.events.standing import WORK_STATES, State

Row = dict[str, Any]

_WORK = sorted(state.value for state in WORK_STATES)
_COLUMNS = """
select p.petition_id, p.state, p.category, p.office, p.ward_code, p.received_at, p.updated_at, p.deadline, p.petition,
       p.view->>'language' as language,
       (select t.data from timeline t where t.petition_id = p.petition_id and t.type in ('answered', 'promised')
        order by t.seq desc limit 1) as answer
from petition p where
"""
_UPDATES = "select t.petition_id, t.seq, t.event_id, t.type, t.at, t.data from timeline t join petition p using (petition_id) where "
_OWN = "p.channel = %(channel)s"
_PUBLIC = f"{COUNTED} and p.state <> %(refused)s"


def _who(channel: str | None) -> tuple[str, dict[str, Any]]:
    """The condition, and its values."""
    if channel is not None:
        return _OWN, {"channel": channel}
    return _PUBLIC, {**WHICH, "refused": State.REFUSED.value}


async def requests(reader: Reader, channel: str | None, wanted: Wanted) -> list[Row]:
    """The newest first. Raises one of `Away` without a database."""
    condition, values = _who(channel)
    values |= {"start": wanted.start, "end": wanted.end, "size": wanted.size, "skip": wanted.skip, "work": _WORK}
    conditions = [condition]
    if wanted.ids is not None:
        conditions.append("p.petition_id = any(%(ids)s)")
        values["ids"] = list(wanted.ids)
    else:
        conditions.append("p.received_at >= %(start)s and p.received_at < %(end)s")
        if wanted.services is not None:
            conditions.append("p.category = any(%(services)s)")
            values["services"] = list(wanted.services)
        if wanted.open is not None:
            conditions.append("(p.state = any(%(work)s)) = %(open)s")
            values["open"] = wanted.open
    order = "order by p.received_at desc, p.petition_id limit %(size)s offset %(skip)s"
    return await reader.rows(f"{_COLUMNS} {' and '.join(conditions)} {order}", values)


async def updates(reader: Reader, channel: str | None, wanted: Wanted) -> list[Row]:
    """What happened in the span and a citizen sees, the oldest first; of the named requests, if some are."""
    condition, values = _who(channel)
    values |= {"start": wanted.start, "end": wanted.end, "size": wanted.size, "skip": wanted.skip, "types": sorted(VISIBLE)}
    conditions = [condition, "t.at >= %(start)s and t.at < %(end)s and t.type = any(%(types)s)"]
    if wanted.ids is not None:
        conditions.append("p.petition_id = any(%(ids)s)")
        values["ids"] = list(wanted.ids)
    order = "order by t.at, t.petition_id, t.seq limit %(size)s offset %(skip)s"
    return await reader.rows(f"{_UPDATES} {' and '.join(conditions)} {order}", values)
