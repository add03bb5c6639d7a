"""Uploaded files, for those to whom their petition is shown: the citizen by its tracking code, offices by their duties."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from consumers.http.contract import CASE_FILE, PETITION_FILE
from consumers.http.departments import case_of
from consumers.http.endpoint import endpoint
from consumers.http.petitions import petition_of
from consumers.http.state import Views
from consumers.views import citizen as citizen_view
from consumers.views.files import owners
from schemas.web import Problem, language

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_HEADERS = {
    # In the browser of who may see it, and asked again each time whether he still may; in no cache between.
    "Cache-Control": "private, no-cache",
    # Whatever is in it, it runs nothing and belongs to no site; a browser that shows a picture alone styles its own frame.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
    "Accept-Ranges": "bytes",
}


class Stored(Protocol):
    """A file that may be shown, wherever it lies."""

    @property
    def media_type(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def is_document(self) -> bool: ...
    def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `end`."""
        ...


class Files(Protocol):
    """What was uploaded. `deploy.web` gives it: it is kept by those who take it in."""

    async def find(self, petition_id: str, file_id: str, *, small: bool) -> Stored | None:
        """The petition's file, in small where it has such a form; None when it is not there, or nobody may see it yet."""
        ...


class _None:
    async def find(self, petition_id: str, file_id: str, *, small: bool) -> None:
        """Nothing was uploaded."""


NONE: Files = _None()
"""Where nobody takes files in."""


def file_routes(views: Views, files: Files) -> list[Route]:
    async def of_petition(request: Request) -> Response:
        petition_id, petition, entries = await petition_of(views, request)
        lang = language(request)
        given = (petition or {}).get("files", ())
        shown = [part for entry in entries if citizen_view.is_visible(entry) for part in citizen_view.expand(entry)]
        return await _sent(files, request, owners(petition_id, given, shown, lambda entry: citizen_view.item(entry, lang)["details"]))

    async def of_case(request: Request) -> Response:
        _, found, shown = await case_of(views, request)
        details = {item["seq"]: item["details"] for item in shown["timeline"]}
        return await _sent(files, request, owners(found.petition_id, shown["files"], found.entries, lambda entry: details[entry.seq]))

    return [PETITION_FILE.route(endpoint(of_petition)), CASE_FILE.route(endpoint(of_case))]


async def _sent(files: Files, request: Request, whose: Mapping[str, str]) -> Response:
    file_id = request.path_params["file_id"]
    small = request.query_params.get("small") in ("true", "1")
    found = await files.find(whose[file_id], file_id, small=small) if file_id in whose else None
    if found is None:
        raise Problem(404, "unknown-file")
    tag = f'"{found.sha256[:32]}{"-small" if small else ""}"'
    headers = {**_HEADERS, "ETag": tag, "Content-Disposition": _disposition(found)}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    asked = None if small else request.headers.get("range")
    start, end = _span(asked, found.size)
    if not small:  # a small form's length is not known beforehand
        headers["Content-Length"] = str(end - start)
    if asked is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{found.size}"
    content = await _begun(found.read(start, end))
    return StreamingResponse(content, 200 if asked is None else 206, headers, found.media_type)


def _disposition(found: Stored) -> str:
    return f'{"attachment" if found.is_document else "inline"}; filename="{found.name}"'


async def _begun(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same, once its first bytes are here: what cannot be read is a refusal, and no answer that breaks off."""
    first = await anext(parts, b"")

    async def content() -> AsyncIterator[bytes]:
        yield first
        async for part in parts:
            yield part

    return content()


def _span(asked: str | None, size: int) -> tuple[int, int]:
    """From where to before where; Problem 416 for what the file has not, or for several pieces."""
    if asked is None:
        return 0, size
    found = _RANGE.fullmatch(asked.strip())
    if found is None or not (found[1] or found[2]):
        raise _wrong_range(size)
    if not found[1]:
        return max(0, size - int(found[2])), size
    start, end = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
    if start >= end:
        raise _wrong_range(size)
    return start, end


def _wrong_range(size: int) -> Problem:
    return Problem(416, "wrong-range", headers={"Content-Range": f"bytes */{size}"})
