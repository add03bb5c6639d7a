"""Reading the read model: the queries behind HTTP, on an asynchronous pool."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from consumers.read_model import cursors
from consumers.read_model.finding import Wanted, count_query, page_query
from consumers.timeline import TimelineEntry, from_row
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
    """One case of a list; `key` is its place in the order."""

    petition_id: str
    seq: int
    case: dict[str, Any]
    petition: dict[str, Any] | None
    updated_at: datetime
    key: list[str]

    @property
    def cursor(self) -> str:
        return cursors.written(self.key)


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

    async def find(self, wanted: Wanted) -> list[Line]:
        """A page of what is looked for, in its order."""
        return [Line(**row) for row in await self.rows(*page_query(wanted))]

    async def count(self, wanted: Wanted) -> int:
        """How many there are; one more than `finding.counted_at_most` for however many beyond that."""
        (row,) = await self.rows(*count_query(wanted))
        return int(row["number"])

    async def rows(self, query: str, parameters: Sequence[Any] | dict[str, Any]) -> list[dict[str, Any]]:
        """Any query's rows, as dictionaries."""
        async with self._pool.connection(timeout=3) as connection:
            cursor = await connection.execute(query, parameters)
            return list(await cursor.fetchall())


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
