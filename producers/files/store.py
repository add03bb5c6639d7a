"""The port: where uploaded files lie. What keeps them knows keys and bytes, and neither petitions nor people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

from producers.files.settings import FileSettings

WHOLE, SMALL = "whole", "small"
"""The parts of a file that are kept: its content, and of a picture its small form."""
CHUNK = 256 * 1024


class StoreAway(Exception):
    """The store does not answer, or has no room."""


class Store(Protocol):
    """Files as named parts. Every call raises StoreAway when the store cannot do it now."""

    async def put(self, file_id: str, part: str, path: Path) -> None:
        """Keep what lies at `path`, whole or not at all; what lay under that name goes. The path is the store's from then on."""
        ...

    def read(self, file_id: str, part: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `end`. Raise StoreAway also when there is nothing."""
        ...

    async def remove(self, file_id: str, parts: list[str] | None = None) -> None:
        """These parts of the file, or all that there is of it; what is not there is no mistake."""
        ...

    async def ids(self) -> set[str]:
        """Every file of which there is anything."""
        ...


def store_of(settings: FileSettings) -> Store:
    """The bucket where one is named, else the directory."""
    from producers.files.directory import DirectoryStore

    if settings.files_bucket:
        from producers.files.bucket import BucketStore

        return BucketStore(settings)
    return DirectoryStore(_kept(settings))


def is_here(settings: FileSettings) -> bool:
    """Whether this process can reach what is kept: of a directory, that it is there. A bucket tells by itself."""
    return bool(settings.files_bucket) or _kept(settings).is_dir()


def _kept(settings: FileSettings) -> Path:
    return settings.files_dir / "kept"
