"""For offices: the queue, one case of it, and the queue as it changes.

Who may call for which office stands in `schemas.authority`: its people and its own system, and who reads or acts for all.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consumers.http.contract import DEFAULT_LIMIT, MAX_LIMIT, QUEUE, QUEUE_CASE, QUEUE_EVENTS
from consumers.http.endpoint import endpoint
from consumers.http.state import Views
from consumers.kafka.records import Record
from consumers.live.queues import OfficeListener
from consumers.read_model.reading import QueueFilter, Snapshot, parse_cursor
from consumers.timeline import from_record
from consumers.views import office as office_view
from schemas.authority import Call, Holding, open_to
from schemas.events.case import State
from schemas.events.tracking import is_petition_id
from schemas.identity.callers import Acting, while_allowed
from schemas.platform.instants import to_datetime
from schemas.reference import TRIAGE_OFFICE, categories
from schemas.reference.texts import Language
from schemas.web import Problem, broken, json, language, sse

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def department_routes(views: Views) -> list[Route]:
    clock = views.settings.clock()

    async def queue(request: Request) -> Response:
        acting = await views.callers.at_office(request, Call.READ_CASES)
        office, lang, now = acting.office, language(request), to_datetime(clock.now_ms())
        wanted = _filter(request, now)
        lines = await views.reader.queue(office, wanted)
        items = [
            office_view.queue_item(
                office, petition_id=line.petition_id, seq=line.seq, case=line.case, petition=line.petition, now=now, lang=lang
            )
            for line in lines
        ]
        return json({"office": office, "items": items, "next": lines[-1].cursor if len(lines) == wanted.limit else None})

    async def detail(request: Request) -> Response:
        acting, found, shown = await case_of(views, request)
        return json({**shown, "actions": open_to(acting.roles, acting.office, Holding.of(found.case))})

    async def events(request: Request) -> Response:
        def check() -> Awaitable[Acting]:
            return views.callers.at_office(request, Call.READ_CASES)

        office, lang = (await check()).office, language(request)
        parts = _events(views, office, sse.last_id(request), lang)
        return sse.stream("department", while_allowed(parts, check, views.settings.heartbeat_seconds))

    return [QUEUE.route(endpoint(queue)), QUEUE_EVENTS.route(endpoint(events)), QUEUE_CASE.route(endpoint(detail))]


async def case_of(views: Views, request: Request) -> tuple[Acting, Snapshot, dict[str, Any]]:
    """The case of the path for the office of the path: who asks, the case, and how it is shown to him. Raise Problem 404 for one that the
    office does not see."""
    acting, lang = await views.callers.at_office(request, Call.READ_CASES), language(request)
    office, petition_id = acting.office, request.path_params["petition_id"]
    found = await views.reader.snapshot(petition_id) if is_petition_id(petition_id) else None
    if found is None or not may_see(office, found):
        raise Problem(404, "unknown-petition")
    now = to_datetime(views.settings.clock().now_ms())
    line = office_view.queue_item(
        office, petition_id=found.petition_id, seq=found.seq, case=found.case, petition=found.petition, now=now, lang=lang
    )
    shown = office_view.queue_detail(
        office, line, case=found.case, petition=found.petition, classification=found.classification, entries=found.entries, lang=lang
    )
    return acting, found, shown


def may_see(office: str, found: Snapshot) -> bool:
    """An office sees what is in its queue, and what it once had (to look up what became of it)."""
    if office_view.role_of(office, found.case) or found.case["office"] == office:
        return True
    return any((entry.case["office"] or TRIAGE_OFFICE) == office for entry in found.entries)


def _filter(request: Request, now: datetime) -> QueueFilter:
    given = request.query_params
    limit = given.get("limit", str(DEFAULT_LIMIT))
    if not limit.isascii() or not limit.isdigit() or len(limit) > 6 or not 1 <= int(limit) <= MAX_LIMIT:
        raise broken("limit", "range", ge=1, le=MAX_LIMIT)
    _check(given.get("state"), "state", {state.value for state in State})
    _check(given.get("category"), "category", set(categories()))
    for name in ("overdue", "missed"):
        _check(given.get(name), name, set(_BOOLEANS))
    return QueueFilter(
        limit=int(limit),
        now=now,
        after=_cursor(given.get("cursor")),
        state=given.get("state"),
        category=given.get("category"),
        overdue=_BOOLEANS.get(given.get("overdue", "")),
        missed=_BOOLEANS.get(given.get("missed", "")),
    )


def _check(value: str | None, field: str, allowed: set[str]) -> None:
    if value is not None and value not in allowed:
        raise broken(field, "enum", expected=", ".join(sorted(allowed)))


def _cursor(text: str | None) -> tuple[int, str, str] | None:
    if text is None:
        return None
    try:
        return parse_cursor(text)
    except ValueError:
        raise broken("cursor", "cursor") from None


async def _events(views: Views, office: str, after: int | None, lang: Language) -> AsyncGenerator[bytes, None]:
    """Ids are offsets of the office's own topic. Without an id it starts with what comes from now on; with one behind which nothing
    stands, at the nearest that does, and says so."""
    with views.queues.listen(office) as listener:
        yield sse.HELLO
        while not listener.span.done():
            if listener.closed:
                return
            await asyncio.wait([listener.span], timeout=0.2)  # not for records: they are for `_live`
        first, live = listener.span.result()
        last = live - 1 if after is None else min(max(after, first - 1), live - 1)
        if after is not None and after != last:
            yield sse.restarted(after, last)
        async for records in views.queues.history(office, last + 1, live):
            yield b"".join(_sent(office, record, lang) for record in records)
            last = records[-1].offset
        async for part in _live(views, office, listener, last, lang):
            yield part


async def _live(views: Views, office: str, listener: OfficeListener, last: int, lang: Language) -> AsyncIterator[bytes]:
    # Whoever lost something comes again with his last id, and misses nothing.
    while not (listener.closed or listener.lost):
        records = [record for record in await listener.wait(views.settings.heartbeat_seconds) if record.offset > last]
        yield b"".join(_sent(office, record, lang) for record in records) if records else sse.HEARTBEAT
        last = records[-1].offset if records else last


def _sent(office: str, record: Record, lang: Language) -> bytes:
    name, data = office_view.queue_event(office, from_record(record), lang)
    return sse.event(name, data, record.offset)
