"""Uploaded files in a backup: what the table `file` knows when the moment of the backup has passed, with the bytes of each.

A petition or an action names a file only after its row says whose it is, so the table is copied in a snapshot of its own, begun behind the
last record of the backup: no record names a file that it lacks. Uploads on their way are left out; whoever sends one begins it anew. Files
in a bucket are not copied: the store keeps them itself (docs/operations.md, "Uploaded files").
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from deploy.cluster.backup.archive import MEMBER_BYTES, Put
from deploy.cluster.backup.manifest import Copied, differences
from deploy.cluster.migrate import connected
from producers.files.directory import private_folder
from producers.files.settings import FileSettings
from producers.files.store import SMALL, WHOLE, Store, StoreAway, store_of

if TYPE_CHECKING:
    import psycopg

TABLE = "file"
_KEPT = "select file_id, kind from file where status <> 'arriving' order by file_id"
_STILL = "select count(*) from file where file_id = any(%s)"
_NOT_BEGUN = "delete from file where status = 'arriving'"


Part = tuple[str, str]
"""A file's id and the name of a part of it."""


def parts(connection: psycopg.Connection[Any]) -> list[Part]:
    """What there is to copy, by the table as the connection sees it."""
    rows = connection.execute(_KEPT).fetchall()
    return [(file_id, part) for file_id, kind in rows for part in (WHOLE, SMALL) if part == WHOLE or kind == "image"]


def take(settings: FileSettings, wanted: list[Part], connection: psycopg.Connection[Any], put: Put) -> tuple[list[Copied], int]:
    """Copy these into members `uploads/ID/PART/NUMBER`; what was copied, and how many files have a row and no bytes.

    Who was forgotten meanwhile is not missed: `connection` sees the table as it is now.
    """
    store, copied, lost = store_of(settings), list[Copied](), set[str]()
    for file_id, part in wanted:
        try:
            copied.append(asyncio.run(_copy(store, file_id, part, put)))
        except StoreAway:
            lost.add(file_id)
    row = connection.execute(_STILL, (list(lost),)).fetchone()
    return copied, int(row[0]) if row else 0


async def _copy(store: Store, file_id: str, part: str, put: Put) -> Copied:
    size, digest, name = 0, hashlib.sha256(), f"{file_id}/{part}"
    async for number, piece in _pieces(store.read(file_id, part)):
        put(f"uploads/{name}/{number:06}", piece)
        digest.update(piece)
        size += len(piece)
    return Copied(name, size, digest.hexdigest())


async def _pieces(chunks: AsyncIterator[bytes]) -> AsyncIterator[tuple[int, bytes]]:
    """The same bytes in members' sizes, numbered."""
    piece, number = bytearray(), 0
    async for chunk in chunks:
        piece += chunk
        if len(piece) >= MEMBER_BYTES:
            yield number, bytes(piece)
            piece.clear()
            number += 1
    if piece:
        yield number, bytes(piece)


def part_of(member: str) -> Part | None:
    """File and part of which a member has bytes; None when it is something else."""
    parts = member.split("/")
    return (parts[1], parts[2]) if parts[0] == "uploads" and len(parts) == 4 else None


class FilesBack:
    """Puts files into the store again, of those that the table knows: who was forgotten since the backup has no row there."""

    def __init__(self, settings: FileSettings, connection: psycopg.Connection[Any] | None) -> None:
        """`connection`: to the database that is being brought back, its tables filled; None when the one of the settings stays."""
        self._store, self._connection = store_of(settings), connection
        self._known = _known(settings, connection)
        self._digests: dict[str, tuple[int, str]] = {}
        self._now: Part | None = None
        self._size, self._hash = 0, hashlib.sha256()
        self._spool = private_folder(private_folder(settings.files_dir) / "arriving") / "restore"

    def bring(self, place: Part, content: bytes) -> None:
        """A member's bytes, in the archive's order. Raises StoreAway, OSError."""
        if place[0] not in self._known:
            return
        if place != self._now:
            self._put()
            self._now, self._size, self._hash = place, 0, hashlib.sha256()
            self._spool.unlink(missing_ok=True)
            self._spool.touch(0o600)
        with self._spool.open("ab") as file:
            file.write(content)
        self._size += len(content)
        self._hash.update(content)

    def _put(self) -> None:
        if self._now is None:
            return
        file_id, part = self._now
        asyncio.run(self._store.put(file_id, part, self._spool))
        self._digests[f"{file_id}/{part}"] = self._size, self._hash.hexdigest()
        self._now = None

    def finish(self, wanted: list[Copied]) -> list[str]:
        """What came back against what was copied, in words; a table that is brought back loses uploads that were on their way."""
        self._put()
        if self._connection is not None:
            self._connection.execute(_NOT_BEGUN)
        return differences([one for one in wanted if one.name.partition("/")[0] in self._known], self._digests)

    @property
    def number(self) -> int:
        """How many files are back."""
        return len({name.partition("/")[0] for name in self._digests})


def _known(settings: FileSettings, connection: psycopg.Connection[Any] | None) -> set[str]:
    query = "select file_id from file"
    if connection is not None:
        return {str(row[0]) for row in connection.execute(query)}
    with connected(settings.database_url.get_secret_value()) as own:
        return {str(row[0]) for row in own.execute(query)}
