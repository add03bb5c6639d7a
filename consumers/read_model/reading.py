"""Reading the read model: the queries behind HTTP, on an asynchronous pool."""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import orjson
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from consumers.timeline import TimelineEntry, from_row
from schemas.events.lateness import LATE_SQL, MISSED_SQL
from schemas.events.sealing import OpenValue, as_it_is
from schemas.platform.pools import still_open

Away = (psycopg.OperationalError, PoolTimeout)
"""PostgreSQL does not answer."""

_SNAPSHOT = """
select p.petition_id, p.seq, p.view, p.petition, p.classification,
       (select coalesce(json_agg(json_build_array(t.seq, t.event_id, t.type, t.at, t.data) order by t.seq), '[]')
        from timeline t where t.petition_id = p.petition_id) as timeline
from petition p where p.petition_id = any(%s)
"""
_AFTER = "select petition_id, seq, event_id, type, at, data from timeline where petition_id = %s and seq > %s order by seq limit 1000"
_PARTS = (
    "queue_office = %(office)s",
    "decider = %(office)s",
    "escalated_to = %(office)s",
    "co_offices @> array[%(office)s]",
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A petition as the read model has it; `case` is the full view after event `seq`."""

    petition_id: str
    seq: int
    case: dict[str, Any]
    petition: dict[str, Any] | None
    classification: dict[str, Any] | None
    entries: list[TimelineEntry]


@dataclass(frozen=True, slots=True)
class Line:
    """One case of a queue; `urgency`, `due` and the id are its place in the order."""

    petition_id: str
    seq: int
    urgency: int
    due: str
    case: dict[str, Any]
    petition: dict[str, Any] | None

    @property
    def cursor(self) -> str:
        return base64.urlsafe_b64encode(orjson.dumps([self.urgency, self.due, self.petition_id])).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """`after` is where the page before ended: (urgency, due, petition id). `overdue`: late at `now`; `missed`: once late."""

    limit: int
    now: datetime
    after: tuple[int, str, str] | None = None
    state: str | None = None
    category: str | None = None
    overdue: bool | None = None
    missed: bool | None = None


def parse_cursor(text: str) -> tuple[int, str, str]:
    """Read what `Line.cursor` gave; raise ValueError for anything else."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        urgency, due, petition_id = _CURSOR.decode(raw)
    except (binascii.Error, msgspec.DecodeError, UnicodeError) as error:
        raise ValueError("not a cursor") from error
    return urgency, due if due == "infinity" else datetime.fromisoformat(due).astimezone(UTC).isoformat(), petition_id


_Urgency = Annotated[int, msgspec.Meta(ge=0, le=3)]
_Due = Annotated[str, msgspec.Meta(pattern=r"^(infinity|20\d{2}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?[+-]\d{2}(:\d{2})?)$")]
"""As PostgreSQL writes an instant; Python and it understand different ones beyond that."""
_PetitionId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{26}$")]
_CURSOR = msgspec.json.Decoder(tuple[_Urgency, _Due, _PetitionId])


class Reader:
    """Queries; each raises one of `Away` when PostgreSQL does not answer."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self._pool = pool

    async def snapshot(self, *petition_ids: str) -> Snapshot | None:
        """The petition; of several ids, of which one alone can be one, the one that is."""
        rows = await self.rows(_SNAPSHOT, (list(petition_ids),))
        if not rows:
            return None
        row = rows[0]
        petition_id = row["petition_id"]
        entries = [from_row(petition_id, s, i, w, datetime.fromisoformat(at), data) for s, i, w, at, data in row["timeline"]]
        return Snapshot(petition_id, row["seq"], row["view"], row["petition"], row["classification"], entries)

    async def petition(self, petition_id: str) -> dict[str, Any] | None:
        """What was handed in; None when it is not known."""
        rows = await self.rows("select petition from petition where petition_id = %s", (petition_id,))
        return rows[0]["petition"] if rows else None

    async def after(self, petition_id: str, seq: int) -> list[TimelineEntry]:
        """Entries behind `seq`, in order."""
        rows = await self.rows(_AFTER, (petition_id, seq))
        return [from_row(*row.values()) for row in rows]

    async def queue(self, office: str, wanted: QueueFilter) -> list[Line]:
        """The office's open work in its order: urgent first, then what is pressing, then nearest due."""
        rows = await self.rows(*_queue_query(office, wanted))
        return [Line(**row) for row in rows]

    async def rows(self, query: str, parameters: Sequence[Any] | dict[str, Any]) -> list[dict[str, Any]]:
        """Any query's rows, as dictionaries."""
        async with self._pool.connection(timeout=3) as connection:
            cursor = await connection.execute(query, parameters)
            return list(await cursor.fetchall())


def _queue_query(office: str, wanted: QueueFilter) -> tuple[str, dict[str, Any]]:
    """One ordered index scan for each way in which a case is in the queue, merged."""
    parameters: dict[str, Any] = {"office": office, "limit": wanted.limit}
    conditions = []
    if wanted.after is not None:
        parameters |= dict(zip(("urgency", "due", "petition_id"), wanted.after, strict=True))
        conditions.append("(urgency, due, petition_id) > (%(urgency)s::smallint, %(due)s::timestamptz, %(petition_id)s)")
    for name in ("state", "category"):
        if (value := getattr(wanted, name)) is not None:
            parameters[name] = value
            conditions.append(f"{name} = %({name})s")
    for name, expression in (("overdue", LATE_SQL), ("missed", MISSED_SQL)):
        if (value := getattr(wanted, name)) is not None:
            parameters |= {name: value, "now": wanted.now}
            conditions.append(f"({expression}) = %({name})s")
    order = "order by urgency, due, petition_id limit %(limit)s"
    columns = "petition_id, seq, urgency, due, view, petition"
    parts = [f"(select {columns} from petition where {' and '.join((part, *conditions))} {order})" for part in _PARTS]  # noqa: S608 — constants
    distinct = f"select distinct on (urgency, due, petition_id) * from ({' union all '.join(parts)}) as found"  # noqa: S608
    return (
        f'select petition_id, seq, urgency, due::text, view as "case", petition from ({distinct}) as once {order}',  # noqa: S608
        parameters,
    )


@asynccontextmanager
async def opened(url: str, size: int, open_value: OpenValue = as_it_is) -> AsyncIterator[Reader]:
    """A reader while its pool lives; all JSON comes with the words that stand sealed in the tables. The pool connects in the background: a
    database that is away is no reason to wait."""

    def loads(raw: str | bytes) -> Any:
        return orjson.loads(open_value(raw.encode() if isinstance(raw, str) else raw))

    async def prepare(connection: psycopg.AsyncConnection[Any]) -> None:
        set_json_loads(loads, connection)

    pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
        url,
        min_size=min(2, size),
        max_size=size,
        open=False,
        configure=prepare,
        check=still_open,
        kwargs={"autocommit": True, "row_factory": dict_row, "connect_timeout": 3},
        reconnect_timeout=30,
        name="reading",
    )
    await pool.open(wait=False)
    try:
        yield Reader(pool)
    finally:
        await pool.close(timeout=1)
