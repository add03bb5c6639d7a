"""Commands for the routing table and for places: `petitions routing check|who`, `petitions locate`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import click
import msgspec

from schemas.events.base import Level
from schemas.events.intake import Location, PetitionKind
from schemas.reference import categories, wards
from streams.classify.found import NOWHERE, Place
from streams.classify.place import Locator
from streams.classify.place.settings import place_settings
from streams.classify.routing.mistakes import BadRoutingError
from streams.classify.routing.routes import load, own_text
from streams.classify.routing.streets import own_streets, parse_streets
from streams.classify.routing.table import check
from streams.classify.text.typed import typed

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def routing() -> None:
    """The routing table: category, place and level → office."""


@routing.command("check")
@click.argument("file", type=_FILE, required=False)
@click.option("--streets", type=_FILE, help="Who manages which street; without it, the file in use.")
def check_command(file: Path | None, streets: Path | None) -> None:
    """Name every mistake of a routing table, and of the streets' managers, with line, field and rule; exit code 1 if there is one. Without
    FILE: the table in use."""
    settings = place_settings()
    table, managed = file or settings.routing_table, streets or settings.street_managers
    mistakes = [(table or "routing.csv", one) for one in check(_read(table, own_text))]
    mistakes += [(managed or "street_managers.csv", one) for one in parse_streets(_read(managed, own_streets))[1]]
    for name, mistake in mistakes:
        click.echo(f"{name}:{mistake.line}: {mistake.what}")
    if mistakes:
        sys.exit(1)
    click.echo("ok: every combination has an owner")


def _read(path: Path | None, own: Callable[[], str]) -> str:
    try:
        return path.read_text(encoding="utf-8") if path else own()
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path}: {error}") from error


@routing.command("who")
@click.argument("category", type=click.Choice(sorted(categories())), metavar="CATEGORY")
@click.option("--ward", type=click.Choice(sorted(wards())), metavar="CODE", help="Five digits; without it the place is not known.")
@click.option("--level", type=click.Choice([level.value for level in Level]), default=Level.ORDINARY.value, show_default=True)
@click.option("--kind", type=click.Choice([kind.value for kind in PetitionKind]), default=PetitionKind.PETITION.value, show_default=True)
@click.option("--text", default="", help="Read for the street, the school, the persons that a rule asks for.")
@click.option("--file", type=_FILE, help="A table other than the one in use.")
def who(category: str, ward: str | None, level: str, kind: str, text: str, file: Path | None) -> None:  # noqa: PLR0917 -- a command line
    """Show as JSON which office such a petition goes to, and by which rule."""
    place = Place(ward_code=ward, method="given", confidence=1.0) if ward else NOWHERE
    settings = place_settings()
    try:
        table = load(file or settings.routing_table, streets=settings.street_managers)
    except (OSError, BadRoutingError) as error:
        raise click.ClickException(str(error)) from error
    found = table.route(PetitionKind(kind), category, place, Level(level), typed(text))
    click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False, indent=2))


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
