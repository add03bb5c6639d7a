"""Brings the database's schema up to date: the SQL files of the kernel, the producers and the consumers, each applied once, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic import Field

from deploy.cluster import database_roles
from deploy.errors import Failed, Unreachable
from schemas.platform.logs import configure
from schemas.platform.settings import DatabaseSettings, KeyringSettings

if TYPE_CHECKING:
    from psycopg import Connection

_PACKAGES = ("schemas", "producers", "consumers")
_LOCK = 7_310_248  # any number, the same for all who migrate
_RENAMED = {"consumers/0002_operations.sql": "consumers/0003_operations.sql"}
"""What a file was called in earlier releases: where it was applied under that name, it is not applied again."""
_TABLE = """
create table if not exists schema_migration (
    name text primary key,
    applied_at timestamptz not null default now()
)
"""


class MigrateSettings(DatabaseSettings, KeyringSettings):
    """The role `migrate`: topics, accounts and rights at the brokers, database and keyring."""

    kafka_accounts_dir: Path | None = Field(
        None, description="A file for each principal, named like it, with its password: the brokers are told. Without: made elsewhere."
    )

    credentials_file: Path | None = Field(
        None, description="Where it is named: its tokens are made known to `petitions tokens`, which then can revoke them."
    )
    accounts_file: Path | None = Field(None, description="Where it is named and there are no persons yet: they are made, as it says.")


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


def current_name(name: str) -> str:
    """What a migration is called now."""
    return _RENAMED.get(name, name)


def connected(database_url: str, *, autocommit: bool = False) -> Connection[Any]:
    """A connection to the database. Raises DatabaseUnreachable."""
    import psycopg

    try:
        return psycopg.connect(database_url, autocommit=autocommit, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise DatabaseUnreachable(f"PostgreSQL does not answer: {error}") from error


def migrate(database_url: str, wanted: Sequence[Migration] | None = None) -> list[str]:
    """Apply what is missing, each file in a transaction; the names applied. Raises DatabaseUnreachable, MigrationFailed."""
    with connected(database_url, autocommit=True) as connection:
        # One at a time, however many processes start together.
        connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
        connection.execute(_TABLE)
        for before, now in _RENAMED.items():
            connection.execute("update schema_migration set name = %s where name = %s", (now, before))
        done = applied(connection)
        missing = [migration for migration in (migrations() if wanted is None else wanted) if migration.name not in done]
        for migration in missing:
            _apply(connection, migration)
    return [migration.name for migration in missing]


def applied(connection: Connection[Any]) -> set[str]:
    """The names of the migrations that this database has had."""
    return {row[0] for row in connection.execute("select name from schema_migration")}


def _apply(connection: Connection[Any], migration: Migration) -> None:
    import psycopg

    try:
        with connection.transaction():
            connection.execute(migration.path.read_bytes())
            connection.execute("insert into schema_migration (name) values (%s)", (migration.name,))
    except psycopg.Error as error:
        raise MigrationFailed(f"{migration.name}: {error}") from error


def run() -> None:
    """The role `migrate`: topics, who may come in and do what, keyring, then database. Raises what each of them raises."""
    from deploy.cluster.topics import ensure_topics
    from deploy.identity.enrolment import enrol
    from deploy.rights.accounts import ensure_accounts
    from deploy.rights.acls import ensure_acls
    from schemas.platform import keyring

    settings = MigrateSettings()
    configure("migrate", settings.log_level)
    topics = ensure_topics(settings)
    for change in topics.changed:
        click.echo(f"changed {change}")
    told = ensure_accounts(settings, settings.kafka_accounts_dir) if settings.kafka_accounts_dir else 0
    rights = ensure_acls(settings)
    click.echo(rights.hindered or f"{told} accounts told, {rights.added} rights added, {rights.removed} removed")
    keyring.ensure(settings.keyring_file)
    url = settings.database_url.get_secret_value()
    done = migrate(url)
    with connected(url, autocommit=True) as connection:
        enrol(connection, settings.credentials_file, settings.accounts_file)
        if not database_roles.ensure(connection, url):
            click.echo("the database's own roles were not made: this user may not make any, or has no password", err=True)
    click.echo(f"{len(topics.created)} topics created, {len(topics.changed)} settings of topics changed, {len(done)} migrations applied")
