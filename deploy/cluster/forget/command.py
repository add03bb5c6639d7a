"""`petitions forget`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cluster.command import at_site
from schemas.commands.access import data_option
from schemas.commands.failing import FAILED

if TYPE_CHECKING:
    from deploy.cluster.forget.verify import Left
    from deploy.cluster.site import Site
    from schemas.events.erasures import Forgotten

SECONDS = 60.0
"""So long the consumers have to erase, each when it comes to it, before the receipt says that something can still be read."""


@click.command(short_help="Erase a citizen's words and contact.")
@click.argument("petition")
@click.option("--reason", help="Why, for the receipt: the request's number or date. It is printed and kept nowhere.")
@click.option("--verify", is_flag=True, help="Ask for nothing: read every topic and table for what is left.")
@data_option
def forget(petition: str, reason: str | None, data: Path, *, verify: bool) -> None:
    """Erase what the citizen of PETITION (its tracking code or id) wrote, and the contact; print a receipt.

    What was done with the petition stays on the record. Clear text that has passed through the stages' inputs, the offices' queues or the
    dead letters goes with their retention: the receipt says when. Ends with 1 when --verify finds what should be gone.
    """
    from deploy.cluster.forget.asking import ask, petition_of
    from deploy.cluster.forget.verify import left
    from producers.files.erasing import erase_files
    from producers.files.settings import FileSettings

    if not verify and not reason:
        raise click.UsageError("give --reason, or --verify")
    with at_site(data) as site:
        petition_id, files = petition_of(site, petition), site.read(FileSettings)
        forgotten = _known(site, petition_id) if verify else ask(site, petition_id)
        # The role `web` does it within a minute; the receipt should not have to say that something is left.
        deleted = 0 if verify else erase_files(petition_id, files)
        if not verify:
            _await_erasing(site, forgotten)
        found = left(site, forgotten)
    _tell(forgotten, found, reason)
    if deleted and files.files_bucket:
        click.echo(f"  {deleted} files were deleted; their versions in the bucket {files.files_bucket} go as its lifecycle rule says")
    if any(one.until is None for one in found):
        sys.exit(FAILED)


def _await_erasing(site: Site, forgotten: Forgotten) -> None:
    """Until keyring and tables are erased, or for SECONDS."""
    from deploy.cluster.forget.verify import left_to_erase

    end = time.monotonic() + SECONDS
    while left_to_erase(site, forgotten) and time.monotonic() < end:
        time.sleep(1)


def _known(site: Site, petition_id: str) -> Forgotten:
    from deploy.cluster.backup.erasures import noted
    from deploy.errors import Failed

    found = noted(site).get(petition_id)
    if found is None:
        raise Failed(f"{petition_id} was never forgotten")
    return found


def _tell(forgotten: Forgotten, found: list[Left], reason: str | None) -> None:
    click.echo(f"petition {forgotten.petition_id}  forgotten {forgotten.at.isoformat()}" + (f"  reason: {reason}" if reason else ""))
    for one in found:
        when = "STILL READABLE" if one.until is None else f"gone at the latest on {one.until:%d.%m.%Y} (retention)"
        click.echo(f"  {one.where}: {one.records} records, {when}")
    if not found:
        click.echo("  nothing of its words or its contact is left")
