"""What was uploaded on the side that takes in, for the side that shows: the one place where the two meet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import fields

from producers.files.files import Files, Held, Stored
from producers.files.store import StoreAway
from schemas.platform.logs import log
from schemas.web import Problem


class Readable(Stored):
    """Whose store, when it is away, is a Problem 503."""

    async def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        try:
            async for chunk in Stored.read(self, start, end):
                yield chunk
        except StoreAway as error:
            log.warning("files-unavailable", error=type(error).__name__)
            raise Problem(503, "files-unavailable", headers={"Retry-After": "10"}) from None


class Shown:
    """`consumers.http.files.Files`, of what `producers.files` keeps."""

    def __init__(self, files: Files) -> None:
        self._files = files

    async def find(self, petition_id: str, file_id: str, *, small: bool) -> Readable | None:
        """Raise Problem 503 for one in which nobody has looked for malware yet."""
        try:
            found = await self._files.find(petition_id, file_id, small=small)
        except Held:
            raise Problem(503, "file-held", headers={"Retry-After": "60"}) from None
        return Readable(*(getattr(found, field.name) for field in fields(found))) if found else None
