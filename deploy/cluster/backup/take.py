"""Taking a backup of a site that goes on working."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from consumers.queues import offsets as queue_offsets
from deploy.cluster.backup import files, key, records, tables, uploads
from deploy.cluster.backup.archive import Put, writing
from deploy.cluster.backup.cut import Cut, cut
from deploy.cluster.backup.manifest import HEAD, MANIFEST, Copied, Head, Manifest, Place, encoded
from deploy.cluster.groups import DISPATCHER
from deploy.cluster.migrate import applied, connected
from deploy.cluster.reading import reading
from deploy.cluster.site import Site
from deploy.errors import Failed
from producers.files.settings import FileSettings
from schemas.commands.progress import Progress
from schemas.events.topics import BACKUP_LIMIT_MS, QUEUE_POSITIONS
from schemas.platform.settings import ProcessSettings

if TYPE_CHECKING:
    import psycopg
    from kafka import TopicPartition


class TookTooLong(Failed):
    """Compaction may have begun to remove what the backup still had to read."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A finished backup: its size in bytes, how long the stages' input was held back, and what is in it."""

    size: int
    held_seconds: float
    manifest: Manifest


def take(site: Site, path: Path, key_file: Path, progress: Progress) -> Taken:
    """Write the backup to `path`, for the key in `key_file`. Nothing appears under that name unless it is whole.

    Raises BadKey, NeverAtRest, TookTooLong, Unreachable, FileExistsError.
    """
    recipients, began = key.recipients(key_file), time.monotonic()
    with connected(site.database_url) as connection, connected(site.database_url) as later, writing(path, recipients) as put:
        found = cut(site.settings, lambda: tables.begin_snapshot(connection))
        tables.begin_snapshot(later)  # of the uploaded files alone (`uploads.py`)
        # Where the queues go on stands with the groups' offsets, and is written anew from there.
        spans = {tp: span for tp, span in found.spans.items() if tp.topic != QUEUE_POSITIONS.name}
        at_most = sum(end - begin for begin, end in spans.values())
        put(HEAD, encoded(_head(site, found, connection, at_most)))
        named = files.find(site.environment, site.directory)
        for name, content in named.items():
            put(files.PREFIX + name, content)
        rows = [
            *tables.take(connection, put, [name for name in tables.tables(connection) if name != uploads.TABLE]),
            *tables.take(later, put, [uploads.TABLE]),
        ]
        wanted = uploads.parts(later)
        connection.rollback()
        later.rollback()
        with reading(site.settings) as reader, progress("records", at_most) as advance:
            copied = records.take(reader, spans, put, advance)
        seconds = round(time.monotonic() - began, 1)
        if seconds * 1000 > BACKUP_LIMIT_MS:
            raise TookTooLong(f"the backup took {seconds / 3600:.1f} h: compaction may have removed what it still had to read")
        bucket, (uploaded, lost) = _uploads(site, wanted, later, put)  # last: these may take their time, nothing changes them
        manifest = Manifest(copied, rows, sorted(named), round(time.monotonic() - began, 1), uploaded, lost, bucket)
        put(MANIFEST, encoded(manifest))
    return Taken(path.stat().st_size, found.held_seconds, manifest)


def _uploads(site: Site, wanted: list[uploads.Part], connection: psycopg.Connection[Any], put: Put) -> tuple[str, tuple[list[Copied], int]]:
    settings = site.read(FileSettings)
    return settings.files_bucket, ([], 0) if settings.files_bucket else uploads.take(settings, wanted, connection, put)


def _head(site: Site, found: Cut, connection: psycopg.Connection[Any], at_most: int) -> Head:
    groups = {DISPATCHER: _kept(site.settings)} | {group: dict(offsets) for group, offsets in found.groups.items() if offsets}
    return Head(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        release=version("hanoi-petitions"),
        cluster=found.cluster,
        partitions=site.settings.partitions,
        migrations=sorted(applied(connection)),
        groups={
            group: [Place(tp.topic, tp.partition, offset) for tp, offset in sorted(offsets.items())] for group, offsets in groups.items()
        },
        at_most=at_most,
    )


def _kept(settings: ProcessSettings) -> dict[TopicPartition, int]:
    """Where the dispatcher goes on when Kafka has forgotten its group's offsets."""
    from kafka import TopicPartition

    found = {}
    for raw, offset in queue_offsets.read(settings).items():
        group, topic, partition = raw.decode().rsplit("/", 2)
        if group == DISPATCHER:
            found[TopicPartition(topic, int(partition))] = offset
    return found
