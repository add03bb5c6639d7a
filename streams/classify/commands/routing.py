"""Commands for the routing table and for places: `petitions routing check|who`, `petitions locate`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click
import msgspec

from schemas.events.base import Level
from schemas.events.intake import Location, PetitionKind
from schemas.reference import categories, wards
from streams.classify.found import NOWHERE, Place
from streams.classify.place import Locator
from streams.classify.place.settings import place_settings
from streams.classify.routing.routes import BadRoutingError, load, own_text
from streams.classify.routing.table import check

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def routing() -> None:
    """The routing table: category, place and level → office."""


@routing.command("check")
@click.argument("file", type=_FILE, required=False)
def check_command(file: Path | None) -> None:
    """Name every mistake of a routing table with its line; exit code 1 if there is one. Without FILE: the table in use."""
    path = file or place_settings().routing_table
    try:
        text = path.read_text(encoding="utf-8") if path else own_text()
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path}: {error}") from error
    mistakes = check(text)
    for mistake in mistakes:
        click.echo(f"{path or 'routing.csv'}:{mistake.line}: {mistake.what}")
    if mistakes:
        sys.exit(1)
    click.echo("ok: every combination has an owner")


@routing.command("who")
@click.argument("category", type=click.Choice(sorted(categories())), metavar="CATEGORY")
@click.option("--ward", type=click.Choice(sorted(wards())), metavar="CODE", help="Five digits; without it the place is not known.")
@click.option("--level", type=click.Choice([level.value for level in Level]), default=Level.ORDINARY.value, show_default=True)
@click.option("--kind", type=click.Choice([kind.value for kind in PetitionKind]), default=PetitionKind.PETITION.value, show_default=True)
@click.option("--file", type=_FILE, help="A table other than the one in use.")
def who(category: str, ward: str | None, level: str, kind: str, file: Path | None) -> None:
    """Show as JSON which office such a petition goes to, and why."""
    place = Place(ward_code=ward, method="given", confidence=1.0) if ward else NOWHERE
    try:
        table = load(file or place_settings().routing_table)
    except (OSError, BadRoutingError) as error:
        raise click.ClickException(str(error)) from error
    found = table.route(PetitionKind(kind), category, place, Level(level))
    click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2))


@click.command()
@click.argument("text")
@click.option("--lat", type=float, help="Degrees, WGS 84.")
@click.option("--long", type=float, help="Degrees, WGS 84.")
@click.option("--address", help="Address as the sender gave it.")
@click.option("--english", is_flag=True, help="The reason in English.")
def locate(text: str, lat: float | None, long: float | None, address: str | None, *, english: bool) -> None:
    """Show as JSON which ward a text is about, and how that is known."""
    try:
        locator = Locator(place_settings().wards_geojson, language="en" if english else "vi")
        location = Location(lat=lat, long=long, address=address)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    found = locator.locate(text, location)
    click.echo(json.dumps({**msgspec.structs.asdict(found.place), "reason": found.reason}, ensure_ascii=False, indent=2))


commands: list[click.Command] = [routing, locate]
