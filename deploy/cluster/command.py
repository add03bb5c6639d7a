"""`petitions topics`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from schemas.commands.access import data_option, json_option
from schemas.commands.broker import broker_settings


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
