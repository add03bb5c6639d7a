"""The database in a backup: all tables in one snapshot, each as COPY gives it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

from deploy.cluster.backup.archive import MEMBER_BYTES, Put
from deploy.cluster.backup.manifest import Copied

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[Any]

_LEFT_OUT = "schema_migration"  # says what `migrate` did; done again when it is brought back
_TABLES = "select tablename from pg_tables where schemaname = 'public' and tablename <> %s"
_REFERENCES = """
select source.relname, target.relname from pg_constraint c
join pg_class source on source.oid = c.conrelid join pg_class target on target.oid = c.confrelid
where c.contype = 'f' and c.connamespace = 'public'::regnamespace and source.oid <> target.oid
"""
_COLUMNS = """
select a.attname, pg_get_serial_sequence(quote_ident(c.relname), a.attname)
from pg_attribute a join pg_class c on c.oid = a.attrelid
where c.relname = %s and c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
order by a.attnum
"""


class RowDigest:
    """Count and digest of rows in any order, which differs from one database to the next: the sum of their hashes."""

    def __init__(self) -> None:
        self._rows = self._sum = 0

    def add(self, rows: bytes) -> None:
        """Whole lines of COPY's text."""
        for row in rows.splitlines(keepends=False):
            self._rows += 1
            self._sum += int.from_bytes(hashlib.sha256(row).digest())

    @property
    def told(self) -> tuple[int, str]:
        return self._rows, f"{self._sum % (1 << 256):064x}"


def speak_plainly(connection: Connection) -> None:
    """Instants and numbers as text that every server reads the same way."""
    connection.execute("set timezone to 'UTC'")
    connection.execute("set datestyle to 'ISO, YMD'")


def begin_snapshot(connection: Connection) -> None:
    """From here on the connection sees the database as it is now, whatever others do, until it is closed or this is called again."""
    connection.rollback()
    connection.execute("set transaction isolation level repeatable read, read only")
    speak_plainly(connection)
    connection.execute("select from schema_migration limit 1")  # the snapshot is that of the first question


def tables(connection: Connection) -> list[str]:
    """All tables; those that others refer to come first."""
    graph: dict[str, set[str]] = {name: set() for (name,) in connection.execute(_TABLES, (_LEFT_OUT,))}
    for source, target in connection.execute(_REFERENCES):
        graph[source].add(target)
    return list(TopologicalSorter(dict(sorted(graph.items()))).static_order())


def take(connection: Connection, put: Put, names: Sequence[str] | None = None) -> list[Copied]:
    """Copy these tables (without: all) into members `tables/NAME/NUMBER`."""
    copied = []
    for name in tables(connection) if names is None else names:
        digest = RowDigest()
        for number, rows in enumerate(_chunks(connection, name)):
            put(f"tables/{name}/{number:06}", rows)
            digest.add(rows)
        copied.append(Copied(name, *digest.told))
    return copied


def found(connection: Connection) -> dict[str, tuple[int, str]]:
    """Rows and digest of every table as it is now."""
    return {one.name: (one.count, one.digest) for one in take(connection, lambda _name, _rows: None)}


def table_of(member: str) -> str | None:
    """The table whose rows a member has; None when it is something else."""
    parts = member.split("/")
    return parts[1] if parts[0] == "tables" and len(parts) == 3 else None


def bring(connection: Connection, table: str, rows: bytes) -> None:
    """Add a member's rows to the table. Raises psycopg.Error."""
    columns = ", ".join(f'"{name}"' for name, _ in _columns(connection, table))
    with connection.cursor().copy(f'copy "{table}" ({columns}) from stdin') as copy:
        copy.write(rows)


def set_sequences(connection: Connection) -> None:
    """Numbers that the database gives go on behind those that were brought back."""
    for table in tables(connection):
        for column, sequence in _columns(connection, table):
            if sequence is not None:
                query = f'select setval(%s, coalesce(max("{column}"), 0) + 1, false) from "{table}"'  # noqa: S608 -- from the catalogue
                connection.execute(query, (sequence,))


def _chunks(connection: Connection, table: str) -> Iterator[bytes]:
    """The rows, each one line of COPY's text."""
    columns = ", ".join(f'"{name}"' for name, _ in _columns(connection, table))
    chunk, size = list[bytes](), 0
    with connection.cursor().copy(f'copy "{table}" ({columns}) to stdout') as copy:
        for row in copy:
            chunk.append(bytes(row))
            size += len(row)
            if size > MEMBER_BYTES:
                yield b"".join(chunk)
                chunk, size = [], 0
    if chunk:
        yield b"".join(chunk)


def _columns(connection: Connection, table: str) -> list[tuple[str, str | None]]:
    """All columns that can be written, each with the sequence that numbers it, if there is one."""
    return connection.execute(_COLUMNS, (table,)).fetchall()
