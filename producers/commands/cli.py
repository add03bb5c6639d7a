"""`petitions submit`, `petitions import`, and what an office does on a case: accept, transfer, answer and so on."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import click
import orjson

from producers.commands import office
from producers.commands.given import given
from producers.importing.sources import Format
from schemas.commands.access import Access, with_key
from schemas.commands.calls import post


@click.command()
@click.argument("text")
@click.option("--channel", default="ihanoi", show_default=True)
@click.option("--external-id", help="The channel's own id: the same id is the same petition.")
@click.option("--lat", type=float, help="Latitude, degrees.")
@click.option("--long", "longitude", type=float, help="Longitude, degrees.")
@click.option("--address")
@click.option("--ward", "ward_code", help="Ward or commune, five digits.")
@click.option("--media", "media_urls", multiple=True, help="URL of a picture or document; may be repeated.")
@click.option("--contact", type=click.File("rb"), help='File with JSON {"name", "phone", "email"}, - for standard input.')
@click.option("--category")
@click.option("--urgent", is_flag=True, default=None)
@with_key
def submit(*, text: str, access: Access, as_json: bool, **about: Any) -> None:
    """Submit a petition with TEXT; prints its tracking code."""
    headers = {"X-API-Key": access.intake_key(about["channel"]), "Idempotency-Key": uuid.uuid4().hex}
    found = post(access, "/v1/petitions", _petition(text, **about), headers)
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
        return
    click.echo(f"Tracking code  {found['tracking_code']}   (keep it: it is the key to this petition)")
    click.echo(f"Petition       {found['petition_id']}")
    click.echo(f"Status         {found['status_url']}")
    click.echo(f"\nFollow it:     petitions track {found['tracking_code']} --follow --url {access.url}")


def _petition(
    text: str,
    *,
    lat: float | None,
    longitude: float | None,
    address: str | None,
    ward_code: str | None,
    contact: BinaryIO | None,
    **plain: Any,
) -> dict[str, Any]:
    location = given(lat=lat, long=longitude, address=address, ward_code=ward_code)
    return given(text=text, location=location, contact=_contact(contact), **plain)


def _contact(file: BinaryIO | None) -> Any:
    """Read from a file, since every local user sees the arguments of a process; what it must have, the service checks."""
    try:
        return orjson.loads(file.read()) if file else None
    except orjson.JSONDecodeError:
        raise click.BadParameter("the file is not JSON", param_hint="--contact") from None


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--channel", default="import", show_default=True, help="For rows that name no channel.")
@click.option("--format", "format_", type=click.Choice(["jsonl", "csv", "open311"]), help="Default: what the first letter tells.")
@click.option("--map", "pairs", multiple=True, metavar="FIELD=COLUMN", help="Which column is which field, like location.address='Địa chỉ'.")
@click.option("--mapping", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The same as a TOML file.")
@click.option("--delimiter", help="What parts the cells of CSV. Default: what the first line has most of.")
@click.option("--rejects", type=click.Path(path_type=Path, dir_okay=False), help="Default: FILE.rejects.jsonl")
@click.option("--dry-run", is_flag=True, help="Check every row, publish none.")
@click.option("--resume", is_flag=True, help="Go on where the same file was left.")
@click.option("--json", "as_json", is_flag=True)
def import_petitions(
    file: Path,
    *,
    channel: str,
    format_: Format | None,
    pairs: Sequence[str],
    mapping: Path | None,
    delimiter: str | None,
    rejects: Path | None,
    dry_run: bool,
    resume: bool,
    as_json: bool,
) -> None:
    """Import petitions from FILE (- for standard input): JSON lines as in POST /v1/petitions, CSV, or an Open311 dump; gzip or not.

    A column is a field of POST /v1/petitions, its parts joined by a dot (location.address, contact.phone). The same row imported again is
    the same petition: by its external_id, else by its line in the same file. Needs KAFKA_BOOTSTRAP_SERVERS and TRACKING_SECRET, and
    DATABASE_URL for petitions with a contact.
    """
    # Here, so that the other commands start without Kafka's and PostgreSQL's clients.
    from producers.importing.command import Asked, import_file

    given = None if str(file) == "-" else file
    columns = _columns(pairs, mapping)
    import_file(Asked(given, channel, format_, delimiter, columns, rejects, dry_run=dry_run, resume=resume, as_json=as_json))


def _columns(pairs: Sequence[str], file: Path | None) -> dict[str, str] | None:
    from producers.importing.columns import BadMapping, mapping, read_mapping

    try:
        named = dict(pair.split("=", 1) for pair in pairs)
        found = (read_mapping(file.read_text(encoding="utf-8")) if file else {}) | mapping(named)
    except BadMapping as error:
        raise click.UsageError(str(error)) from None
    except ValueError:
        raise click.UsageError("--map: give FIELD=COLUMN") from None
    return found or None


commands: list[click.Command] = [submit, *office.COMMANDS, import_petitions]
