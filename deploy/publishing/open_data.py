"""`petitions open-data`: what anybody may read, as files for everybody."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schemas.commands.access import data_option

if TYPE_CHECKING:
    from consumers.open_data.rows import Span
    from deploy.cluster.site import Site

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(short_help="Write open data as CSV, JSON and Parquet.")
@data_option
@click.option("--day", type=_DAY, help="A day in Hanoi; else yesterday.")
@click.option("--from", "first", type=_DAY, help="The first day of a span.")
@click.option("--to", "last", type=_DAY, help="Its last day; else yesterday.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Where each span gets a folder of its own.")
def open_data(data: Path, *, day: datetime | None, first: datetime | None, last: datetime | None, out: Path) -> None:
    """Write what anybody may read of the petitions to which something happened, as they stood at the end of the day or span.

    The same record gives the same bytes, today or in a year. The page for everybody links the newest day in OPEN_DATA_DIR.
    """
    import psycopg

    from consumers.open_data import files, folder, rows
    from deploy.cluster.command import at_site
    from schemas.events.numbers import Numbers
    from schemas.platform.settings import TrackingSettings

    if day and (first or last):
        raise click.UsageError("--day is a span of its own: leave out --from and --to.")
    with at_site(data) as site:
        span = _span(site, first or day, last or day)
        with psycopg.connect(site.database_url) as connection:
            found = rows.read(connection, span, Numbers(site.read(TrackingSettings).tracking_secrets()))
    written = folder.put(out, span.name, files.files(found, span))
    click.echo(f"{written}: {len(found)} petitions")


def _span(site: Site, first: datetime | None, last: datetime | None) -> Span:
    from consumers.open_data.rows import Span
    from schemas.platform.instants import HANOI, to_datetime

    today = to_datetime(site.settings.clock().now_ms()).astimezone(HANOI).date()
    until = last.date() if last else today - timedelta(days=1)
    span = Span(first.date() if first else until, until)
    if span.first > span.last:
        raise click.UsageError("--from must not be after --to.")
    if span.last >= today:
        click.echo(f"{span.last} is not over: the files will be others then.", err=True)
    return span
