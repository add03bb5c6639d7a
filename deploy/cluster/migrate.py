"""Brings the database's schema up to date: the SQL files of the producers and the consumers, each applied once, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.errors import Failed, Unreachable
from schemas.platform.logs import configure
from schemas.platform.settings import DatabaseSettings

if TYPE_CHECKING:
    from psycopg import Connection

_PACKAGES = ("producers", "consumers")
_LOCK = 7_310_248  # any number, the same for all who migrate
_TABLE = """
create table if not exists schema_migration (
    name text primary key,
    applied_at timestamptz not null default now()
)
"""


class MigrateSettings(DatabaseSettings):
    """The role `migrate`: topics and database."""


class DatabaseUnreachable(Unreachable):
    """PostgreSQL does not answer."""


class MigrationFailed(Failed):
    """A migration's SQL was refused; nothing of that file was applied."""


@dataclass(frozen=True, slots=True)
class Migration:
    """`name` is `<package>/<file>`, as recorded in the table schema_migration."""

    name: str
    path: Path


def migrations() -> list[Migration]:
    """All migrations in the order in which they are applied: by package, then by number."""
    root = Path(__file__).resolve().parents[2]
    return [
        Migration(f"{package}/{path.name}", path)
        for package in _PACKAGES
        for path in sorted((root / package / "migrations").glob("[0-9]*.sql"))
    ]


def migrate(database_url: str, wanted: Sequence[Migration] | None = None) -> list[str]:
    """Apply what is missing, each file in a transaction; the names applied. Raises DatabaseUnreachable, MigrationFailed."""
    import psycopg

    try:
        connection = psycopg.connect(database_url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise DatabaseUnreachable(f"PostgreSQL does not answer: {error}") from error
    with connection:
        # One at a time, however many processes start together.
        connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
        connection.execute(_TABLE)
        done = {row[0] for row in connection.execute("select name from schema_migration")}
        missing = [migration for migration in (migrations() if wanted is None else wanted) if migration.name not in done]
        for migration in missing:
            _apply(connection, migration)
    return [migration.name for migration in missing]


def _apply(connection: Connection[tuple[object, ...]], migration: Migration) -> None:
    import psycopg

    try:
        with connection.transaction():
            connection.execute(migration.path.read_bytes())
            connection.execute("insert into schema_migration (name) values (%s)", (migration.name,))
    except psycopg.Error as error:
        raise MigrationFailed(f"{migration.name}: {error}") from error


def run() -> None:
    """The role `migrate`: topics, then database. Raises what ensure_topics and migrate raise."""
    from deploy.cluster.topics import ensure_topics

    settings = MigrateSettings()
    configure("migrate", settings.log_level)
    created = ensure_topics(settings)
    applied = migrate(settings.database_url.get_secret_value())
    click.echo(f"{len(created)} topics created, {len(applied)} migrations applied")
