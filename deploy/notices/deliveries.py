"""`petitions deliveries`: what waits to be told, and what was parked. Never to which address a citizen is told."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deploy.errors import Failed
from deploy.identity.database import database
from schemas.commands.access import data_option, json_option
from schemas.commands.tables import show as table

if TYPE_CHECKING:
    from psycopg import Connection

_COLUMNS = (
    "d.id, d.state, r.medium, r.holder_kind, r.holder, d.type, d.event_id, d.tries, coalesce(d.error, '') as error, d.due_at, d.created_at"
)
_FROM = "from notice_delivery d join notice_receiver r on r.id = d.receiver"
_LIST = f"select {_COLUMNS} {_FROM} where (%(state)s = 'all' or d.state = %(state)s) order by d.id desc limit %(limit)s"
_ONE = f"select {_COLUMNS}, d.sent_at, r.failures, r.retry_at {_FROM} where d.id = %(id)s"
_RESUME = """
update notice_delivery d set state = 'waiting', tries = 0, created_at = now() from notice_receiver r
where r.id = d.receiver and d.state = 'parked' and (%(all)s or d.id = any(%(ids)s)) returning d.receiver
"""
_TRY_NOW = "update notice_receiver set failures = 0, retry_at = now() where id = any(%s)"
_STATES = ("waiting", "parked", "sent", "silent", "all")


@click.group(short_help="What waits to be told, and what was parked: list, show, resume.")
def deliveries() -> None:
    """Deliveries of the notifier to citizens, offices and channels."""


@deliveries.command("list")
@click.option("--state", type=click.Choice(_STATES), default="parked", show_default=True)
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@data_option
@json_option
def list_(*, state: str, limit: int, data: Path, as_json: bool) -> None:
    """Show deliveries, the newest first."""
    with database(data) as connection:
        found = _rows(connection, _LIST, state=state, limit=limit)
    if as_json:
        click.echo(json.dumps(found, default=datetime.isoformat))
        return
    names = ("id", "state", "medium", "holder", "type", "tries", "error")
    table(names, [tuple(str(row[name]) for name in names) for row in found])


@deliveries.command()
@click.argument("id_", metavar="ID", type=int)
@data_option
@json_option
def show(*, id_: int, data: Path, as_json: bool) -> None:
    """Show one delivery and how its receiver stands."""
    with database(data) as connection:
        found = _rows(connection, _ONE, id=id_)
    if not found:
        raise Failed(f"no delivery {id_}")
    if as_json:
        click.echo(json.dumps(found[0], default=datetime.isoformat))
        return
    table(("", ""), [(name, str(value)) for name, value in found[0].items()])


@deliveries.command()
@click.argument("ids", nargs=-1, type=int)
@click.option("--all", "every", is_flag=True, help="All that are parked.")
@data_option
def resume(*, ids: tuple[int, ...], every: bool, data: Path) -> None:
    """Try parked deliveries anew, at once."""
    if not ids and not every:
        raise click.UsageError("name deliveries, or give --all")
    with database(data) as connection, connection.transaction():
        found = connection.execute(_RESUME, {"all": every, "ids": list(ids)}).fetchall()
        connection.execute(_TRY_NOW, ([row[0] for row in found],))
    click.echo(f"{len(found)} resumed")


def _rows(connection: Connection[Any], query: str, **values: object) -> list[dict[str, Any]]:
    from psycopg.rows import dict_row

    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), values).fetchall()
