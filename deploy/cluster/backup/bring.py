"""Bringing a backup back, whole or in part, to a site at which no role runs.

The order, which the archive has too: files, tables, records, uploaded files, then what ties them together: groups and consumers are told
the offsets that their places have now. The database's part is one transaction that ends last. What fails on the way leaves topics with
part of the records: then begin again with an empty cluster.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from deploy.cluster.backup import files, key, tables, uploads
from deploy.cluster.backup.archive import BadArchive, reading
from deploy.cluster.backup.checks import check_head
from deploy.cluster.backup.manifest import HEAD, MANIFEST, Head, Manifest, decoded, differences
from deploy.cluster.backup.records import place_of
from deploy.cluster.backup.topics import TopicsBack
from deploy.cluster.groups import all_groups
from deploy.cluster.idle import check_idle
from deploy.cluster.kafka import administering
from deploy.cluster.migrate import connected, current_name, migrate, migrations
from deploy.cluster.site import Site
from deploy.errors import Failed
from producers.files.settings import FileSettings
from schemas.commands.progress import Advance, Progress
from streams.topology import TOPOLOGY

if TYPE_CHECKING:
    import psycopg

Part = Literal["files", "database", "uploads", "record"]
PARTS: tuple[Part, ...] = ("files", "database", "uploads", "record")


class NotEmpty(Failed):
    """What is to be brought back would be mixed with what is there."""


class NotTheSame(Failed):
    """What came back is not what was copied; nothing of the database was committed."""


@dataclass(slots=True)
class Brought:
    """What was done. `aside`: where local stores were put, which are built anew from the changelog; `bucket`: where the uploaded files lay
    that the backup does not have."""

    made_at: str
    files: list[str] = field(default_factory=list)
    uploads: int = 0
    bucket: str = ""
    rows: int = 0
    records: int = 0
    aside: list[Path] = field(default_factory=list)


def bring(site: Site, path: Path, key_file: Path, parts: Iterable[Part], progress: Progress) -> Brought:
    """Restore the `parts` of the backup at `path`. Raises BadKey, BadArchive, NotEmpty, NotTheSame, Differs, Failed and Unreachable."""
    with reading(path, key.identities(key_file)) as members:
        head = _head(members)
        wanted = frozenset(parts)
        check_head(head, site, wanted)
        restore = _Restore(site, head, wanted)
        with restore, progress("records", head.at_most if "record" in wanted else 0) as advance:
            return restore.all(members, advance)


def _head(members: Iterator[tuple[str, bytes]]) -> Head:
    name, content = next(members, ("", b""))
    if name != HEAD:
        raise BadArchive("this is no backup of this project")
    return decoded(content, Head)


class _Restore:
    def __init__(self, site: Site, head: Head, wanted: frozenset[Part]) -> None:
        self._site, self._head, self._wanted = site, head, wanted
        self._done = Brought(head.made_at)
        self._connection: psycopg.Connection[Any] | None = None
        self._topics: TopicsBack | None = None
        self._uploads: uploads.FilesBack | None = None

    def __enter__(self) -> None:
        with administering(self._site.settings) as admin:
            check_idle(admin, all_groups())
        if "database" in self._wanted:
            self._connection = self._open_database()

    def __exit__(self, *_: object) -> None:
        if self._topics is not None:
            self._topics.close()
        if self._connection is not None:
            self._connection.close()  # what was not committed is gone

    def all(self, members: Iterator[tuple[str, bytes]], advance: Advance) -> Brought:
        """Everything, in the archive's order."""
        manifest: Manifest | None = None
        for name, content in members:
            if name == MANIFEST:
                manifest = decoded(content, Manifest)
            else:
                self._take_in(name, content, advance)
        if manifest is None:
            raise BadArchive("the backup is cut short: its manifest is missing")
        self._tie_together(manifest)
        return self._done

    def _take_in(self, name: str, content: bytes, advance: Advance) -> None:
        if name.startswith(files.PREFIX) and "files" in self._wanted:
            short = name.removeprefix(files.PREFIX)
            if files.bring(self._site.directory.path, short, content):
                self._done.files.append(short)
        elif (table := tables.table_of(name)) is not None and self._connection is not None:
            tables.bring(self._connection, table, content)
        elif (part := uploads.part_of(name)) is not None and "uploads" in self._wanted:
            self._files_back().bring(part, content)
        elif (place := place_of(name)) is not None and "record" in self._wanted:
            written = self._back().bring(place, content)
            self._done.records += written
            advance(written)

    def _back(self) -> TopicsBack:
        """From the first record on: by then the tables are there, with the places that consumers keep in them."""
        if self._topics is None:
            self._topics = TopicsBack(self._site.settings, self._head, _consumers(self._connection))
        return self._topics

    def _files_back(self) -> uploads.FilesBack:
        """As above: the table that says whose the files are is there."""
        if self._uploads is None:
            self._uploads = uploads.FilesBack(self._site.read(FileSettings), self._connection)
        return self._uploads

    def _tie_together(self, manifest: Manifest) -> None:
        if self._connection is not None:
            wrong = differences(manifest.tables, tables.found(self._connection))
            if wrong:
                raise NotTheSame("; ".join(wrong))
            self._done.rows = sum(one.count for one in manifest.tables)
        if "uploads" in self._wanted:
            wrong = self._files_back().finish(manifest.uploads)
            if wrong:
                raise NotTheSame("; ".join(wrong))
            self._done.uploads, self._done.bucket = self._files_back().number, manifest.bucket
        if "record" in self._wanted:
            back = self._back()
            wrong = back.finish(manifest.records)
            if wrong:
                raise NotTheSame("; ".join(wrong))
            self._done.aside = list(_put_aside(self._site.stores))
        if self._connection is not None:
            if "record" in self._wanted:
                _move(self._connection, self._back().consumer_offsets())
            tables.set_sequences(self._connection)
            self._connection.commit()
            migrate(self._site.database_url)

    def _open_database(self) -> psycopg.Connection[Any]:
        """With the tables as they were at the time of the backup, all of them empty."""
        names = {current_name(name) for name in self._head.migrations}
        migrate(self._site.database_url, [migration for migration in migrations() if migration.name in names])
        connection = connected(self._site.database_url)
        tables.speak_plainly(connection)
        full = [name for name, (rows, _) in tables.found(connection).items() if rows]
        if full:
            raise NotEmpty(f"the database is not empty ({', '.join(full)}): give DATABASE_URL of a fresh one")
        return connection


def _consumers(connection: psycopg.Connection[Any] | None) -> dict[tuple[str, str, int], int]:
    """The next offset by consumer, topic and partition, of those who keep it in the database."""
    if connection is None:
        return {}
    rows = connection.execute("select consumer, topic, partition, next_offset from consumer_offset").fetchall()
    return {(consumer, topic, partition): offset for consumer, topic, partition, offset in rows}


def _move(connection: psycopg.Connection[Any], offsets: Mapping[tuple[str, str, int], int]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "update consumer_offset set next_offset = %s where consumer = %s and topic = %s and partition = %s",
            [(offset, *place) for place, offset in offsets.items()],
        )


def _put_aside(stores: Path) -> Iterator[Path]:
    """Stores of before know other offsets of another changelog."""
    for stage in (row.stage for row in TOPOLOGY if row.changelog is not None):
        if (path := stores / stage).is_dir():
            yield path.rename(path.with_name(f"{stage}.aside-{time.time_ns()}"))
