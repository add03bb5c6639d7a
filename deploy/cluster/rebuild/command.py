"""`petitions rebuild`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schemas.commands.access import data_option

if TYPE_CHECKING:
    from deploy.cluster.rebuild.difference import Difference
    from deploy.cluster.site import Site
    from schemas.commands.progress import Progress

    Rebuild = Callable[[Site, Progress], list[Difference]]


def _read_model() -> Rebuild:
    from consumers.settings import ProjectorSettings
    from deploy.cluster.rebuild.database import rebuild
    from deploy.cluster.rebuild.derived import read_model

    return lambda site, progress: rebuild(read_model(site.read(ProjectorSettings)), site, progress)


def _incidents() -> Rebuild:
    from consumers.settings import IncidentSettings
    from deploy.cluster.rebuild.database import rebuild
    from deploy.cluster.rebuild.derived import incidents

    return lambda site, progress: rebuild(incidents(site.read(IncidentSettings)), site, progress)


def _queues() -> Rebuild:
    from deploy.cluster.rebuild.queues import rebuild

    return rebuild


def _state() -> Rebuild:
    from deploy.cluster.rebuild.stores import rebuild

    return rebuild


def _files() -> Rebuild:
    from deploy.cluster.rebuild.uploads import rebuild

    return rebuild


WHAT: dict[str, Callable[[], Rebuild]] = {
    "read-model": _read_model,
    "incidents": _incidents,
    "queues": _queues,
    "files": _files,
    "state": _state,
}
"""What can be rebuilt → how."""


@click.command(short_help="Make what is derived from the record anew.")
@click.argument("what", type=click.Choice(list(WHAT)))
@data_option
def rebuild(what: str, data: Path) -> None:
    """Make WHAT is derived anew from the record (the state from its changelog), compare it with what is there, and mend what differs.

    read-model, incidents and files (the uploaded ones): their roles may go on. queues: stop the dispatcher. state: stop the stages of this
    machine. With an instance in DIR that does not run, its broker and its database are started for this.
    """
    from deploy.cluster.command import at_site
    from deploy.cluster.rebuild.difference import all_equal
    from schemas.commands.progress import bar

    with at_site(data) as site:
        found = WHAT[what]()(site, bar)
    for one in found:
        if not one.is_none:
            click.echo(str(one))
    click.echo(f"{what}: {sum(one.total for one in found)} compared, {'all as they were' if all_equal(found) else 'mended'}")
