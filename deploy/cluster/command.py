"""`petitions topics`, and what the commands that work on a whole site have in common."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.errors import Unreachable
from schemas.commands.access import data_option, json_option
from schemas.commands.broker import broker_settings

if TYPE_CHECKING:
    from deploy.cluster.site import Site


@click.command(short_help="List or create the topics.")
@data_option
@click.option("--create", is_flag=True, help="Create what is missing.")
@json_option
def topics(data: Path, *, create: bool, as_json: bool) -> None:
    """List the topics: what each carries, and what the broker has of them.

    The broker is that of KAFKA_BOOTSTRAP_SERVERS, else of the instance in DIR.
    """
    from deploy.cluster.topics import ensure_topics, existing_topics
    from schemas.events.topics import all_topics

    settings = broker_settings(data)
    if create:
        click.echo(f"{len(ensure_topics(settings).created)} topics created", err=True)
    existing = existing_topics(settings)
    rows = [
        {
            "name": topic.name,
            "partitions": existing.get(topic.name),
            "compacted": topic.compacted,
            "retention_ms": topic.retention_ms,
        }
        for topic in all_topics()
    ]
    if as_json:
        click.echo(json.dumps(rows))
    else:
        for topic in all_topics():
            click.echo(f"{topic.name:<26} {existing.get(topic.name, 'missing'):>9}  {topic.what}")
    sys.exit(0 if all(row["partitions"] for row in rows) else 1)


@contextmanager
def at_site(data: Path) -> Iterator[Site]:
    """The site of the environment, else of the instance in DIR, with a broker and a database that serve. What fails is told in a line."""
    from deploy.cluster.groups import all_groups
    from deploy.cluster.internal import ensure_internal
    from deploy.cluster.kafka import administering
    from deploy.cluster.site import Site
    from deploy.one_machine.reach import serving
    from deploy.one_machine.runner.directory import Directory
    from producers.intake.vault import VaultUnavailable
    from producers.kafka.publisher import Unavailable
    from schemas.platform import logs

    logs.configure("operator", "error")
    directory = Directory(data)
    with serving(directory, os.environ) as environment:
        site = Site(environment, directory)
        with administering(site.settings) as admin:
            ensure_internal(admin, all_groups())
        try:
            yield site
        except (Unavailable, VaultUnavailable) as error:
            raise Unreachable(f"{error}; do it again") from error
