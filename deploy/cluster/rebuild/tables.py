"""Tables that were made anew in a schema of their own: compared with those in use, and the difference brought over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from deploy.cluster.rebuild.difference import Difference

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Table:
    """`key`: its primary key. `kept`: columns that say what was done with a row; they are taken over from the row that is there."""

    name: str
    key: tuple[str, ...]
    kept: tuple[str, ...] = ()


@contextmanager
def beside(connection: Connection, tables: Sequence[Table]) -> Iterator[None]:
    """Empty copies of the tables, and of consumer_offset, in a schema that is there only meanwhile."""
    connection.execute("drop schema if exists rebuild cascade")
    connection.execute("create schema rebuild")
    for name in (*(table.name for table in tables), "consumer_offset"):
        connection.execute(sql.SQL("create table rebuild.{0} (like public.{0} including all)").format(sql.Identifier(name)))
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute("drop schema rebuild cascade")
        connection.commit()


def url_beside(url: str) -> str:
    """The database's address for those who shall work in that schema."""
    return make_conninfo(url, options="-c search_path=rebuild,public")


_KEPT = "update rebuild.{table} new set {kept} from public.{table} mine where {same_key}"
_WRONG = "select count(*) from public.{table} mine join rebuild.{table} new on {same_key} where mine::text <> new::text"
# A row as text is all of it, also what has no notion of equality (json).
_REMOVE = "delete from public.{table} mine where not exists (select from rebuild.{table} new where {same_key} and mine::text = new::text)"
_INSERT = (
    "insert into public.{table} select new.* from rebuild.{table} new where not exists (select from public.{table} mine where {same_key})"
)
_TOTAL = "select count(*) from rebuild.{table}"


def bring_over(connection: Connection, table: Table) -> Difference:
    """Make the table in use equal to the one made anew, in the caller's transaction; what was different."""
    if table.kept:
        connection.execute(_query(_KEPT, table))
    wrong, total = (_count(connection, _query(text, table)) for text in (_WRONG, _TOTAL))
    removed = connection.execute(_query(_REMOVE, table)).rowcount
    inserted = connection.execute(_query(_INSERT, table)).rowcount
    return Difference(table.name, total, inserted - wrong, wrong, removed - wrong)


def _query(text: LiteralString, table: Table) -> sql.Composed:
    same_key = sql.SQL(" and ").join(sql.SQL("mine.{0} = new.{0}").format(sql.Identifier(name)) for name in table.key)
    kept = sql.SQL(", ").join(sql.SQL("{0} = mine.{0}").format(sql.Identifier(name)) for name in table.kept)
    return sql.SQL(text).format(table=sql.Identifier(table.name), same_key=same_key, kept=kept)


def _count(connection: Connection, query: sql.Composed) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])
