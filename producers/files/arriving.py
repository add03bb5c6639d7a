"""An upload on its way: its bytes part by part, whichever process takes them; then judged by its content, cleaned, looked at, kept.

Nothing is ever whole in memory. Whatever goes wrong on our side leaves the upload as it is, to go on with; what breaks a rule is erased.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from producers.files import kinds, pictures, videos
from producers.files.directory import private_folder
from producers.files.kinds import Refused
from producers.files.register import Content, Register, Upload
from producers.files.scanner import Scanner, ScannerAway
from producers.files.settings import FileSettings
from producers.files.store import CHUNK, SMALL, WHOLE, Store
from schemas.events.files import FileKind

_BUFFER = 1 << 20
PARTS_AT_MOST = 1000
"""Of one upload: enough for the largest file by pieces of 256 kB; each is a name in the upload's row until it is complete."""
_AT_ONCE = 2
"""Pictures that are made anew at the same time: each takes some tens of megabytes meanwhile."""


class WrongOffset(Exception):
    """What was sent does not begin where the upload ended, or goes beyond its length; nothing was taken."""


class Arriving:
    """Takes uploads in. Raises StoreAway, ScannerAway, and what the register raises, for what cannot be done now."""

    def __init__(self, settings: FileSettings, register: Register, store: Store, scanner: Scanner) -> None:
        self._settings, self._register, self._store, self._scanner = settings, register, store, scanner
        self._remaking = asyncio.Semaphore(_AT_ONCE)

    @contextmanager
    def spooled(self) -> Iterator[Path]:
        """A path for bytes on their way, in a directory for nobody else; what lies there in the end is gone."""
        path = private_folder(private_folder(self._settings.files_dir) / "arriving") / secrets.token_hex(8)
        path.touch(0o600)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    async def add(self, upload: Upload, start: int, chunks: AsyncIterator[bytes]) -> Upload:
        """Take what comes as the next bytes; the upload as it is then, judged when it is complete. What came before the sender went away
        (whatever `chunks` raises) is kept. Raise WrongOffset, Refused."""
        if start != upload.received:
            raise WrongOffset
        if len(upload.parts) >= PARTS_AT_MOST:
            await self._forget(upload)
            raise Refused("too_many_parts", le=PARTS_AT_MOST)
        with self.spooled() as path:
            try:
                count = await _written(path, chunks, upload.length - start)
            except WrongOffset:
                raise
            except Exception:
                await self._keep(upload, start, path)
                raise
            await self._keep(upload, start, path)
        after = Upload(upload.file_id, upload.length, start + count, upload.parts)
        return await self.finish(after) if after.is_complete else after

    async def _keep(self, upload: Upload, start: int, path: Path) -> None:
        count = await asyncio.to_thread(_size, path)
        if not count:
            return
        part = f"part-{start:012d}-{secrets.token_hex(4)}"
        await self._store.put(upload.file_id, part, path)
        if not await self._register.advance(upload.file_id, start, count, part):
            await self._store.remove(upload.file_id, [part])
            raise WrongOffset
        upload.parts.append(part)

    async def finish(self, upload: Upload) -> Upload:
        """Judge a complete upload and keep what it becomes. Raise Refused, after which nothing of it is left."""
        with self.spooled() as path:
            await _written(path, self._content(upload), upload.length)
            return await self.judge(upload, path)

    async def _content(self, upload: Upload) -> AsyncIterator[bytes]:
        for part in upload.parts:
            async for chunk in self._store.read(upload.file_id, part):
                yield chunk

    async def judge(self, upload: Upload, path: Path) -> Upload:
        """The same for content that lies at `path`."""
        try:
            return await self._judged(upload, path)
        except Refused:
            await self._forget(upload)
            raise

    async def _forget(self, upload: Upload) -> None:
        await self._store.remove(upload.file_id)
        await self._register.forget(upload.file_id)

    async def _judged(self, upload: Upload, path: Path) -> Upload:
        found = await asyncio.to_thread(kinds.content_of, path, self._settings)
        held = await self._is_held(path)
        with self.spooled() as small:
            await self._clean(found.kind, path, small)
            size, sha256 = await asyncio.to_thread(_size, path), await asyncio.to_thread(_sha256, path)
            if found.kind is FileKind.IMAGE:
                await self._store.put(upload.file_id, SMALL, small)
            await self._store.put(upload.file_id, WHOLE, path)
        content = Content(found.kind, found.media_type, size, sha256)
        if not await self._register.settle(upload.file_id, content, held=held) and not await self._register.exists(upload.file_id):
            await self._store.remove(upload.file_id)  # taken back, or swept, while it was judged: no row would lead to it any more
            raise Refused("unknown_file")
        await self._store.remove(upload.file_id, upload.parts)
        status = "held" if held else "ready"
        return Upload(upload.file_id, upload.length, upload.length, [], status, found.kind.value, found.media_type, size, sha256)

    async def _is_held(self, path: Path) -> bool:
        try:
            await self._scanner.check(path)
        except ScannerAway:
            if self._settings.files_scanner_away == "refuse":
                raise
            return True
        return False

    async def _clean(self, kind: FileKind, path: Path, small: Path) -> None:
        if kind is FileKind.VIDEO:
            await asyncio.to_thread(videos.blank_metadata, path)
        elif kind is FileKind.IMAGE:
            async with self._remaking:
                await asyncio.to_thread(pictures.remake, path, path, small, self._settings.files_picture_megapixels)


async def _written(path: Path, chunks: AsyncIterator[bytes], most: int) -> int:
    """How many bytes of `chunks` now lie at `path`: those before its end, or before it raised. Raise WrongOffset beyond `most`."""
    size, buffer = 0, bytearray()
    with path.open("wb") as file:
        try:
            async for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise WrongOffset
                buffer += chunk
                if len(buffer) >= _BUFFER:
                    await asyncio.to_thread(_write, file, buffer)
        finally:
            _write(file, buffer)
    return size


def _write(file: BinaryIO, buffer: bytearray) -> None:
    file.write(buffer)
    buffer.clear()


def _size(path: Path) -> int:
    return path.stat().st_size


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
