"""`petitions webhooks`: endpoints of offices and channels that are told what happens."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import click

from deploy.errors import Failed
from deploy.identity.database import database
from schemas.commands.access import data_option, json_option
from schemas.commands.tables import show
from schemas.reference import offices

_ALL = "*"


class NoSuchEndpoint(Failed):
    """No endpoint has this id."""

    def __init__(self, id_: str) -> None:
        super().__init__(f"no webhook {id_}; `petitions webhooks list` shows them")


@click.group(short_help="Endpoints that are told what happens: add, list, rotate, remove.")
def webhooks() -> None:
    """Webhooks of offices' and channels' systems, signed as Standard Webhooks has it. A secret is shown once, when it is made."""


@webhooks.command()
@click.argument("kind", type=click.Choice(["office", "channel"]))
@click.argument("holder")
@click.argument("url")
@click.option("--events", default=_ALL, show_default=True, help="Types of events or notices, with commas between them.")
@click.option("--inside", is_flag=True, help="A private address or plain HTTP will do; the notifier needs WEBHOOKS_INSIDE.")
@data_option
@json_option
def add(*, kind: str, holder: str, url: str, events: str, inside: bool, data: Path, as_json: bool) -> None:
    """Tell HOLDER (an office's code, a channel's name) at URL."""
    import psycopg

    from consumers.notifier import book, guard

    if kind == "office" and holder not in offices():
        raise click.UsageError(f"HOLDER: {holder!r} is no office")
    if why := guard.mistake(url, inside=inside):
        raise click.UsageError(f"URL: {why}")
    wants = _events(events)
    with database(data) as connection:
        try:
            made = book.add_endpoint(connection, kind, holder, url, wants)
        except psycopg.errors.UniqueViolation:
            raise Failed(f"{holder} is told at this URL already") from None
    _tell(made.id, made.version, data, as_json=as_json)


@webhooks.command("list")
@data_option
@json_option
def list_(*, data: Path, as_json: bool) -> None:
    """Show all endpoints."""
    from consumers.notifier import book

    with database(data) as connection:
        found = book.endpoints(connection)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], default=datetime.isoformat))
        return
    show(("id", "kind", "holder", "url", "events"), [(one.id, one.holder_kind, one.holder, one.url, ",".join(one.wants)) for one in found])


@webhooks.command()
@click.argument("id_", metavar="ID")
@data_option
def remove(*, id_: str, data: Path) -> None:
    """Tell this endpoint no more; what waits for it is dropped."""
    from consumers.notifier import book

    with database(data) as connection:
        if not book.remove_endpoint(connection, id_):
            raise NoSuchEndpoint(id_)
    click.echo(f"{id_} is told no more")


@webhooks.command()
@click.argument("id_", metavar="ID")
@click.option("--overlap-hours", type=click.FloatRange(0, 24 * 90), default=24.0, show_default=True, help="So long both secrets sign.")
@data_option
@json_option
def rotate(*, id_: str, overlap_hours: float, data: Path, as_json: bool) -> None:
    """Make a new secret; for a while each call is signed with both."""
    from consumers.notifier import book

    with database(data) as connection:
        version = book.rotate(connection, id_, timedelta(hours=overlap_hours))
    if version is None:
        raise NoSuchEndpoint(id_)
    _tell(id_, version, data, as_json=as_json)


def _events(given: str) -> list[str]:
    from consumers.notifier.policy import policy
    from schemas.events.case import CASE_EVENTS

    wants = [part.strip() for part in given.split(",") if part.strip()]
    known = {_ALL, *policy().notices, *(event.what for event in CASE_EVENTS)}
    if not wants or set(wants) - known:
        raise click.UsageError(f"--events: not known: {', '.join(sorted(set(wants) - known)) or 'nothing'}")
    return wants


def _tell(id_: str, version: int, data: Path, *, as_json: bool) -> None:
    from consumers.notifier.signing import webhook_secret
    from deploy.cluster.site import Site
    from deploy.one_machine.reach import environment
    from deploy.one_machine.runner.directory import Directory
    from schemas.platform.settings import TrackingSettings

    directory = Directory(data)
    key = Site(environment(directory, os.environ), directory).read(TrackingSettings).tracking_secrets()[0]
    secret = webhook_secret(key, id_, version)
    if as_json:
        click.echo(json.dumps({"id": id_, "secret": secret}))
        return
    click.echo(secret)
    click.echo(f"id {id_}; the secret is not shown again", err=True)
