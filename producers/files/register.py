"""The table `file`: what is known of each upload, from its first byte until it is erased. Knows no bytes."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg_pool import AsyncConnectionPool

from schemas.events.files import FileKind, FileRef

_ID = re.compile("[0-9a-f]{32}")
_COLUMNS = "file_id, length, received, parts, status, kind, media_type, size, sha256, petition_id"
_BEGIN = """
insert into file (file_id, token_hash, uploader, length)
select %(id)s, %(token)s, %(uploader)s, %(length)s
where (select coalesce(sum(length), 0) from file where uploader = %(uploader)s and petition_id is null) + %(length)s <= %(most)s
on conflict (file_id) do update set file_id = excluded.file_id
"""
_FIND = f"select {_COLUMNS} from file where file_id = %s and token_hash = %s"  # noqa: S608 — constants
_OF_PETITION = f"select {_COLUMNS} from file where file_id = %s and petition_id = %s"  # noqa: S608
_ADVANCE = """
update file set received = received + %(count)s, parts = array_append(parts, %(part)s)
where file_id = %(id)s and received = %(start)s and received + %(count)s <= length and status = 'arriving'
"""
_SETTLE = """
update file set status = %(status)s, kind = %(kind)s, media_type = %(media_type)s, size = %(size)s, sha256 = %(sha256)s, parts = '{}'
where file_id = %(id)s and status = 'arriving'
"""
_NAMED = f"select {_COLUMNS} from file where file_id = any(%s) order by file_id for update"  # noqa: S608
_ALL_OF = "select count(*), coalesce(sum(size), 0) from file where petition_id = %s"
_CLAIM = "update file set petition_id = %s, uploader = null where file_id = any(%s)"
_UNCLAIMED = """
select file_id from file where petition_id is null and created_at < now() - make_interval(secs => %s) order by created_at limit 500
"""
_FORGOTTEN = """
select file_id from file join contact_key using (petition_id) where contact_key.key is null order by file_id limit 500
"""
_HELD = f"select {_COLUMNS} from file where status = 'held' order by created_at limit 100"  # noqa: S608
FORGET = "delete from file where file_id = %s"
_FORGET_UNCLAIMED = "delete from file where file_id = %s and petition_id is null"


@dataclass(frozen=True, slots=True)
class Upload:
    """A row. What its content is, is known once it is `held` or `ready`; `parts`: where its bytes lie while it is `arriving`."""

    file_id: str
    length: int
    received: int = 0
    parts: list[str] = field(default_factory=list)
    status: str = "arriving"
    kind: str | None = None
    media_type: str | None = None
    size: int | None = None
    sha256: str | None = None
    petition_id: str | None = None

    @property
    def is_complete(self) -> bool:
        return self.received == self.length

    def reference(self) -> FileRef:
        """Of one whose content is known."""
        return FileRef.model_validate({"id": self.file_id, "kind": self.kind, "size": self.size, "sha256": self.sha256})


@dataclass(frozen=True, slots=True)
class Content:
    """What a file has been found to be, and the fingerprint of what is kept of it."""

    kind: FileKind
    media_type: str
    size: int
    sha256: str


def hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def new_name() -> tuple[str, str]:
    """An id and a token that nobody can guess."""
    return secrets.token_hex(16), secrets.token_urlsafe(24)


class Register:
    """Every call raises psycopg.OperationalError or PoolTimeout without a database."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool

    async def begin(self, uploader: str, length: int, most: int, name: tuple[str, str]) -> tuple[str, str] | None:
        """A new file of this id and token, which are given back; None when the uploader would have more than `most` bytes waiting."""
        file_id, token = name
        values = {"id": file_id, "token": hashed(token), "uploader": uploader, "length": length, "most": most}
        return name if await self._changed(_BEGIN, values) else None

    async def find(self, file_id: str, token: str) -> Upload | None:
        """The upload, for whoever has its token."""
        return await self._one(_FIND, (file_id, hashed(token))) if _ID.fullmatch(file_id) else None

    async def of_petition(self, file_id: str, petition_id: str) -> Upload | None:
        return await self._one(_OF_PETITION, (file_id, petition_id))

    async def advance(self, file_id: str, start: int, count: int, part: str) -> bool:
        """`count` more bytes have come, and lie in `part`; False when they were not the next ones."""
        return await self._changed(_ADVANCE, {"id": file_id, "start": start, "count": count, "part": part})

    async def settle(self, file_id: str, content: Content, *, held: bool) -> bool:
        """Its content is known and kept; False when that was said before."""
        values = {"kind": content.kind.value, "media_type": content.media_type, "size": content.size, "sha256": content.sha256}
        return await self._changed(_SETTLE, {"id": file_id, "status": "held" if held else "ready", **values})

    async def exists(self, file_id: str) -> bool:
        """Whether it is still known."""
        return file_id in await self._ids("select file_id from file where file_id = %s", file_id)

    async def release(self, file_id: str) -> None:
        """Somebody has looked: it may be shown."""
        await self._changed("update file set status = 'ready' where file_id = %s", (file_id,))

    async def unclaimed(self, older_than_seconds: float) -> list[str]:
        return await self._ids(_UNCLAIMED, older_than_seconds)

    async def forgotten(self) -> list[str]:
        """Those of petitions whose words and contact were erased, with whatever was added since."""
        return await self._ids(_FORGOTTEN)

    async def held(self) -> list[Upload]:
        async with self._pool.connection() as connection:
            return await (await connection.cursor(row_factory=class_row(Upload)).execute(_HELD)).fetchall()

    async def forget(self, file_id: str) -> None:
        await self._changed(FORGET, (file_id,))

    @asynccontextmanager
    async def forgetting(self, file_id: str) -> AsyncIterator[bool]:
        """The row goes at the end, if no petition has named the file meanwhile (False then); until then whoever names it waits, and after
        a crash in between it is all still there."""
        async with self._pool.connection() as connection, connection.transaction():
            yield (await connection.execute(_FORGET_UNCLAIMED, (file_id,))).rowcount > 0

    def transaction(self) -> Any:
        """A connection of the pool, for `named`, `all_of` and `give`."""
        return self._pool.connection()

    @staticmethod
    async def named(connection: AsyncConnection[Any], ids: Collection[str]) -> dict[str, Upload]:
        """These uploads, held against others until the transaction ends."""
        cursor = await connection.cursor(row_factory=class_row(Upload)).execute(_NAMED, (list(ids),))
        return {found.file_id: found for found in await cursor.fetchall()}

    @staticmethod
    async def all_of(connection: AsyncConnection[Any], petition_id: str) -> tuple[int, int]:
        """How many files the petition has, and their bytes."""
        row = await (await connection.execute(_ALL_OF, (petition_id,))).fetchone()
        assert row is not None
        return int(row[0]), int(row[1])

    @staticmethod
    async def give(connection: AsyncConnection[Any], petition_id: str, ids: Collection[str]) -> None:
        await connection.execute(_CLAIM, (petition_id, list(ids)))

    async def _one(self, query: str, values: tuple[Any, ...]) -> Upload | None:
        async with self._pool.connection() as connection:
            return await (await connection.cursor(row_factory=class_row(Upload)).execute(query, values)).fetchone()

    async def _changed(self, query: str, values: Any) -> bool:
        async with self._pool.connection() as connection:
            return (await connection.execute(query, values)).rowcount > 0

    async def _ids(self, query: str, *values: Any) -> list[str]:
        async with self._pool.connection() as connection:
            return [str(row[0]) for row in await (await connection.execute(query, values)).fetchall()]
