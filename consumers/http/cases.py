"""Finding cases: lists with filters, words and pages, how many there are, and the same as a file."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import IO, Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from consumers.desk import people, presence
from consumers.http.contract import CASES, CASES_COUNT, CASES_CSV, CASES_XLSX
from consumers.http.endpoint import endpoint
from consumers.http.looking import MAX_LIMIT, looked_for, searching
from consumers.http.state import Views
from consumers.read_model import cursors
from consumers.read_model.finding import Scope, Wanted, counted_at_most
from consumers.read_model.reading import Line
from consumers.read_model.words import Mark, marker
from consumers.views import office as office_view
from consumers.views import sheet
from schemas.authority import Call
from schemas.events.words import mask_words
from schemas.identity.callers import Acting
from schemas.platform.instants import to_datetime
from schemas.reference.texts import Language
from schemas.web import json, language

EXPORTED_AT_MOST = 50_000
_PART_BYTES = 256 * 1024
_NO_STORE = {"Cache-Control": "no-store"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def case_routes(views: Views) -> list[Route]:
    looking = Looking(views)

    async def show(request: Request) -> Response:
        acting, wanted = await looking.wanted(request)
        lines = await views.reader.find(wanted)
        items = [shown(acting, line, wanted.now, language(request)) for line in lines]
        return json(
            {
                "office": acting.office,
                "items": items,
                "next": lines[-1].cursor if len(lines) == wanted.limit else None,
                "people": await people.names(views.reader, {item["officer"] for item in items if item["officer"]}),
                "present": await presence.at_office(views.reader, acting.office),
            }
        )

    async def count(request: Request) -> Response:
        _, wanted = await looking.wanted(request)
        number, most = await views.reader.count(wanted), counted_at_most(wanted)
        return json({"number": min(number, most), "exact": number <= most})

    async def as_csv(request: Request) -> Response:
        acting, wanted = await looking.wanted(request)
        parts = _csv(rows(views, acting, wanted, language(request)), language(request))
        return StreamingResponse(parts, media_type="text/csv; charset=utf-8", headers=_as_file("csv", acting.office))

    async def as_xlsx(request: Request) -> Response:
        acting, wanted = await looking.wanted(request)
        lang = language(request)
        file = await _xlsx(rows(views, acting, wanted, lang), lang)
        return StreamingResponse(_content(file), media_type=XLSX, headers=_as_file("xlsx", acting.office))

    handlers = ((CASES, show), (CASES_COUNT, count), (CASES_CSV, as_csv), (CASES_XLSX, as_xlsx))
    return [operation.route(endpoint(handler)) for operation, handler in handlers]


class Looking:
    """Makes of a call what it looks for."""

    def __init__(self, views: Views) -> None:
        self._views, self._clock = views, views.settings.clock()

    @cached_property
    def _mark(self) -> Mark:
        return marker(self._views.settings.tracking_secrets())

    async def wanted(self, request: Request) -> tuple[Acting, Wanted]:
        """Who calls, and for what; raises the Problems of both."""
        acting = await self._views.callers.at_office(request, Call.READ_CASES)
        now, given = to_datetime(self._clock.now_ms()), request.query_params
        wanted = looked_for(given, acting, now)
        if wanted.scope is Scope.MINE and acting.id is not None:
            wanted = replace(wanted, persons=await people.with_absent(self._views.reader, acting.id, acting.office, now))
        text = given.get("q", "")
        return acting, searching(wanted, text, self._mark, self._views.keys) if text.strip() else wanted


def shown(acting: Acting, line: Line, now: datetime, lang: Language) -> dict[str, Any]:
    """A case as the caller sees it in a list."""
    item = office_view.queue_item(
        acting.office, petition_id=line.petition_id, seq=line.seq, case=line.case, petition=line.petition, now=now, lang=lang
    )
    return {**(item if acting.plainly else dict(mask_words(item, lang))), "updated_at": line.updated_at}


async def rows(views: Views, acting: Acting, wanted: Wanted, lang: Language) -> AsyncIterator[dict[str, Any]]:
    """All of them, page after page, `EXPORTED_AT_MOST` at most."""
    wanted, number = replace(wanted, limit=MAX_LIMIT), 0
    while number < EXPORTED_AT_MOST:
        lines = await views.reader.find(wanted)
        names = await people.names(views.reader, {line.case["officer"] for line in lines if line.case.get("officer")})
        for line in lines:
            item = shown(acting, line, wanted.now, lang)
            yield {**item, "officer_name": names.get(item["officer"] or "", "")}
        number += len(lines)
        if len(lines) < MAX_LIMIT:
            return
        wanted = replace(wanted, after=cursors.parsed(lines[-1].cursor, wanted.sort))


async def _csv(items: AsyncIterator[dict[str, Any]], lang: Language) -> AsyncIterator[str]:
    yield sheet.BYTE_ORDER_MARK + sheet.csv_line(sheet.head(lang))
    async for item in items:
        yield sheet.csv_line(sheet.row(item, lang))


async def _xlsx(items: AsyncIterator[dict[str, Any]], lang: Language) -> IO[bytes]:
    """The book, in a file without a name, which is gone when nobody holds it any more."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by whoever sends it
    with tempfile.TemporaryDirectory() as folder:
        book = sheet.Xlsx(file, folder)
        book.add(sheet.head(lang))
        async for item in items:
            book.add(sheet.row(item, lang))
        await asyncio.to_thread(book.close)
    file.seek(0)
    return file


async def _content(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while part := await asyncio.to_thread(file.read, _PART_BYTES):
            yield part


def _as_file(kind: str, office: str) -> dict[str, str]:
    return {**_NO_STORE, "Content-Disposition": f'attachment; filename="{office}.{kind}"'}
