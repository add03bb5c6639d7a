"""`multipart/form-data` (RFC 7578): fields in memory, which are small, and files on disk."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from producers.http.body import content_type
from schemas.web import Problem

SMALL_BYTES = 32_000_000
"""A larger body is refused: what is larger comes by parts."""
MEDIA_TYPE = "multipart/form-data"
_CHUNK = 256 * 1024
_MOST_FIELDS, _MOST_FILES = 100, 10


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of the form: the name of its field, its bytes."""

    name: str
    size: int
    upload: UploadFile

    async def chunks(self, start: int = 0) -> AsyncIterator[bytes]:
        """Its bytes from `start` on."""
        await self.upload.seek(start)
        while chunk := await self.upload.read(_CHUNK):
            yield chunk


Fields = list[tuple[str, str]]


@asynccontextmanager
async def parts_of(request: Request, limit: int) -> AsyncIterator[tuple[Fields, list[Attached]]]:
    """The form's fields and files, while they are needed. Raise Problem 415 for another content type or what is no such form, 413 for more
    than `limit` bytes."""
    if content_type(request) != MEDIA_TYPE or not _boundary(request.headers):
        raise Problem(415, "wrong-multipart")
    parser = MultiPartParser(request.headers, _bounded(request, limit), max_files=_MOST_FILES, max_fields=_MOST_FIELDS)
    try:
        form = await parser.parse()
    except MultiPartException:
        raise Problem(415, "wrong-multipart") from None
    try:
        pairs = form.multi_items()
        fields = [(name, value) for name, value in pairs if isinstance(value, str)]
        yield fields, [Attached(name, value.size or 0, value) for name, value in pairs if isinstance(value, UploadFile)]
    finally:
        await form.close()


def _boundary(headers: Mapping[str, str] | Headers) -> bool:
    return "boundary=" in headers.get("content-type", "")


async def _bounded(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise Problem(413, "too-large", limit=limit, headers={"Connection": "close"})
        yield chunk
