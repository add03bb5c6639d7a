"""Files in a directory of this machine, for its owner alone."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from producers.files.store import CHUNK, StoreAway


def private_folder(path: Path) -> Path:
    """Make it where it is missing, for nobody but its owner."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o700)
    return path


class DirectoryStore:
    """`<root>/<first two of the id>/<id>/<part>`, folders 0700, files 0600."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def _folder(self, file_id: str) -> Path:
        return self._root / file_id[:2] / file_id

    async def put(self, file_id: str, part: str, path: Path) -> None:
        await asyncio.to_thread(self._put, file_id, part, path)

    def _put(self, file_id: str, part: str, path: Path) -> None:
        try:
            for folder in (self._root, self._root / file_id[:2], self._folder(file_id)):
                private_folder(folder)
            path.chmod(0o600)
            _to_disk(path)
            path.replace(self._folder(file_id) / part)
            _to_disk(self._folder(file_id))
        except OSError as error:
            raise StoreAway(type(error).__name__) from error

    async def read(self, file_id: str, part: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        try:
            file = await asyncio.to_thread((self._folder(file_id) / part).open, "rb")
        except OSError as error:
            raise StoreAway(type(error).__name__) from error
        with file:
            file.seek(start)
            left = (end if end is not None else 1 << 62) - start
            while left > 0 and (chunk := await asyncio.to_thread(file.read, min(CHUNK, left))):
                left -= len(chunk)
                yield chunk

    async def remove(self, file_id: str, parts: list[str] | None = None) -> None:
        await asyncio.to_thread(self._remove, file_id, parts)

    def _remove(self, file_id: str, parts: list[str] | None) -> None:
        folder = self._folder(file_id)
        try:
            if parts is None:
                shutil.rmtree(folder, ignore_errors=not folder.exists())
            for part in parts or ():
                (folder / part).unlink(missing_ok=True)
        except OSError as error:
            raise StoreAway(type(error).__name__) from error

    async def ids(self) -> set[str]:
        return await asyncio.to_thread(lambda: {path.name for path in self._root.glob("??/*")})


def _to_disk(path: Path) -> None:
    """Bytes, and the folder's entry: who is told that his file is there can rely on it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
