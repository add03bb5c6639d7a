"""`petitions tokens`: machines' tokens, issued, listed, rotated and revoked while the service runs."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.errors import Failed
from deploy.identity.database import database
from schemas.commands.access import data_option, json_option
from schemas.commands.tables import show
from schemas.events.topics import CHANNELS
from schemas.reference import offices

if TYPE_CHECKING:
    from schemas.identity.tokens import Issued

_KINDS = ("channel", "office", "administrator")
days_option = click.option(
    "--days", type=click.FloatRange(0, 3660, min_open=True), default=90.0, show_default=True, help="How long it holds."
)


class NoSuchToken(Failed):
    """No token has this id, or none that still holds."""

    def __init__(self, id_: str) -> None:
        super().__init__(f"no token {id_} that holds; `petitions tokens list` shows them")


@click.group(short_help="Machines' tokens: issue, list, rotate, revoke.")
def tokens() -> None:
    """Tokens of offices' systems, keys of intake channels, and the administrator's. The service takes changes up within seconds.

    Only a hash of each is kept: it is shown once, when it is made. The database is that of DATABASE_URL, else of the instance in DIR.
    """


@tokens.command()
@click.argument("kind", type=click.Choice(_KINDS))
@click.argument("holder", default="")
@days_option
@click.option("--note", default="", help="What it is for; no name of a person.")
@data_option
@json_option
def issue(*, kind: str, holder: str, days: float, note: str, data: Path, as_json: bool) -> None:
    """Make a token for HOLDER: an office's code, or a channel's name (its intake key); none for the administrator."""
    from schemas.identity import tokens as table
    from schemas.platform.credentials import Holder, Kind

    if mistake := _mistake(kind, holder):
        raise click.UsageError(mistake)
    with database(data) as connection:
        _tell(table.issue(connection, Holder(Kind(kind), holder), timedelta(days=days), note), as_json=as_json)


@tokens.command()
@click.argument("channel", type=click.Choice(CHANNELS))
@data_option
def secret(*, channel: str, data: Path) -> None:
    """Print the secret with which CHANNEL's own system makes the codes of its petitions over Kafka: of its own, and of no others.

    It follows from TRACKING_SECRET, that of the instance in DIR if none is in the environment.
    """
    from deploy.cluster.site import Site
    from deploy.one_machine.reach import environment
    from deploy.one_machine.runner.directory import Directory
    from schemas.events.tracking import Keys
    from schemas.platform.settings import TrackingSettings

    directory = Directory(data)
    settings = Site(environment(directory, os.environ), directory).read(TrackingSettings)
    click.echo(Keys(settings.tracking_secrets()).of_channel(channel).decode())


@tokens.command("list")
@data_option
@json_option
def list_(*, data: Path, as_json: bool) -> None:
    """Show all tokens, never what they are."""
    from schemas.identity import tokens as table

    with database(data) as connection:
        rows = table.listed(connection)
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], default=datetime.isoformat))
        return
    show(
        ("id", "kind", "holder", "standing", "expires", "from", "note"),
        [
            (row.id, row.kind, row.holder, row.standing, _until(row.expires_at), "file" if row.from_file else "command", row.note)
            for row in rows
        ],
    )


@tokens.command()
@click.argument("id_", metavar="ID")
@days_option
@click.option(
    "--overlap-hours", type=click.FloatRange(0, 24 * 90), default=24.0, show_default=True, help="So long the old one still holds."
)
@data_option
@json_option
def rotate(*, id_: str, days: float, overlap_hours: float, data: Path, as_json: bool) -> None:
    """Make a new token in place of the one with ID; both hold for a while, so that nothing stands still."""
    from schemas.identity import tokens as table

    with database(data) as connection:
        try:
            _tell(table.rotate(connection, id_, timedelta(days=days), timedelta(hours=overlap_hours)), as_json=as_json)
        except table.UnknownToken:
            raise NoSuchToken(id_) from None


@tokens.command()
@click.argument("id_", metavar="ID")
@data_option
def revoke(*, id_: str, data: Path) -> None:
    """End the token with ID for good."""
    from schemas.identity import tokens as table

    with database(data) as connection:
        try:
            holder = table.revoke(connection, id_)
        except table.UnknownToken:
            raise NoSuchToken(id_) from None
    click.echo(f"{id_} of {holder.kind} {holder.name}".rstrip() + " is revoked; within seconds no process takes it any more")


def _mistake(kind: str, holder: str) -> str | None:
    if kind == "office":
        return None if holder in offices() else f"HOLDER: {holder!r} is no office"
    if kind == "channel":
        return None if holder else "HOLDER: a channel has a name"
    return "HOLDER: the administrator has none" if holder else None


def _tell(issued: Issued, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"token": issued.token, "id": issued.id, "expires_at": issued.expires_at}, default=datetime.isoformat))
        return
    click.echo(issued.token)
    click.echo(f"id {issued.id}, holds until {_until(issued.expires_at)}; it is not shown again", err=True)


def _until(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d %H:%M%z}" if when else "-"
