"""For offices: the queue, one case of it, and the queue as it changes.

Who may call for which office stands in `schemas.authority`: its people and its own system, and who reads or acts for all.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Mapping
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consumers.desk import people
from consumers.http.cases import shown
from consumers.http.contract import QUEUE, QUEUE_CASE, QUEUE_EVENTS
from consumers.http.endpoint import endpoint
from consumers.http.looking import looked_for, whole_number
from consumers.http.state import Views
from consumers.kafka.entries import readable
from consumers.kafka.records import Record
from consumers.live.queues import OfficeListener
from consumers.read_model.reading import Snapshot
from consumers.views import office as office_view
from consumers.views.citizen import paged
from schemas.authority import Call, Holding, open_to
from schemas.events.topics import queue_topic
from schemas.events.tracking import is_petition_id
from schemas.events.words import mask_words
from schemas.identity.callers import Acting, while_allowed
from schemas.platform.instants import to_datetime
from schemas.reference import TRIAGE_OFFICE, below
from schemas.reference.texts import Language
from schemas.web import Problem, json, language, sse

_PARAMETERS = frozenset({"limit", "cursor", "state", "category", "overdue", "missed"})


def department_routes(views: Views) -> list[Route]:
    clock = views.settings.clock()

    async def queue(request: Request) -> Response:
        acting = await views.callers.at_office(request, Call.READ_CASES)
        now = to_datetime(clock.now_ms())
        given = QueryParams([(name, value) for name, value in request.query_params.items() if name in _PARAMETERS])
        wanted = looked_for(given, acting, now)
        lines = await views.reader.find(wanted)
        items = [shown(acting, line, now, language(request)) for line in lines]
        return json({"office": acting.office, "items": items, "next": lines[-1].cursor if len(lines) == wanted.limit else None})

    async def detail(request: Request) -> Response:
        before = whole_number(request.query_params, "before")
        acting, found, whole = await case_of(views, request)
        whole["timeline"] = paged(whole["timeline"], before, office_view.MOVES)
        known = await people.names(views.reader, _persons(found))
        offered = open_to(acting.roles, acting.office, Holding.of(found.case))
        return json({**whole, "actions": offered, "people": known}, headers={"ETag": f'"{found.seq}"'})

    async def events(request: Request) -> Response:
        def check() -> Awaitable[Acting]:
            return views.callers.at_office(request, Call.READ_CASES)

        acting, lang = await check(), language(request)
        parts = _events(views, acting, sse.last_id(request), lang)
        return sse.stream("department", while_allowed(parts, check, views.settings.heartbeat_seconds))

    return [QUEUE.route(endpoint(queue)), QUEUE_EVENTS.route(endpoint(events)), QUEUE_CASE.route(endpoint(detail))]


async def case_of(views: Views, request: Request) -> tuple[Acting, Snapshot, dict[str, Any]]:
    """The case of the path for the office of the path: who asks, the case, and how it is shown to him. Raise Problem 404 for one that he
    does not see."""
    acting, lang = await views.callers.at_office(request, Call.READ_CASES), language(request)
    office, petition_id = acting.office, request.path_params["petition_id"]
    found = await views.reader.snapshot(petition_id) if is_petition_id(petition_id) else None
    if found is None or not (may_see(office, found) or stands_above(acting, found)):
        raise Problem(404, "unknown-petition")
    now = to_datetime(views.settings.clock().now_ms())
    line = office_view.queue_item(
        office, petition_id=found.petition_id, seq=found.seq, case=found.case, petition=found.petition, now=now, lang=lang
    )
    whole = office_view.queue_detail(
        office,
        line,
        case=found.case,
        petition=found.petition,
        classification=found.classification,
        entries=found.entries,
        lang=lang,
        above=stands_above(acting, found),
    )
    return acting, found, as_he_may_read(acting, whole, lang)


def as_he_may_read(acting: Acting, shown: Mapping[str, Any], lang: Language) -> dict[str, Any]:
    """With people's numbers masked for who reads offices that are not his."""
    return dict(shown) if acting.plainly else dict(mask_words(shown, lang))


def may_see(office: str, found: Snapshot) -> bool:
    """An office sees what is in its queue, and what it once had (to look up what became of it)."""
    if office_view.role_of(office, found.case) or found.case["office"] == office:
        return True
    return any((entry.case["office"] or TRIAGE_OFFICE) == office for entry in found.entries)


def stands_above(acting: Acting, found: Snapshot) -> bool:
    """He reads the offices below, and one of them is responsible."""
    return acting.branch and (found.case["office"] or TRIAGE_OFFICE) in below(acting.office)


def _persons(found: Snapshot) -> set[str]:
    """Ids of the persons who have the case, had it, or did something; those of citizens and programs are not among them."""
    said = [name for entry in found.entries for name in (entry.data.get("officer"), (entry.data.get("actor") or {}).get("id")) if name]
    return {*said, *([found.case["officer"]] if found.case.get("officer") else [])}


async def _events(views: Views, acting: Acting, after: int | None, lang: Language) -> AsyncGenerator[bytes, None]:
    """Ids are offsets of the office's own topic. Without an id it starts with what comes from now on; with one behind which nothing
    stands, at the nearest that does, and says so."""
    with views.queues.listen(acting.office) as listener:
        yield sse.HELLO
        while not listener.span.done():
            if listener.closed:
                return
            await asyncio.wait([listener.span], timeout=0.2)  # not for records: they are for `_live`
        first, live = listener.span.result()
        last = live - 1 if after is None else min(max(after, first - 1), live - 1)
        if after is not None and after != last:
            yield sse.restarted(after, last)
        async for records in views.queues.history(acting.office, last + 1, live):
            yield b"".join(_sent(acting, record, lang) for record in records)
            last = records[-1].offset
        async for part in _live(views, acting, listener, last, lang):
            yield part


async def _live(views: Views, acting: Acting, listener: OfficeListener, last: int, lang: Language) -> AsyncIterator[bytes]:
    # Whoever lost something comes again with his last id, and misses nothing.
    while not (listener.closed or listener.lost):
        came = await listener.wait(views.settings.heartbeat_seconds)
        presences = [sse.event("presence", one) for one in came if isinstance(one, dict)]
        records = [one for one in came if isinstance(one, Record) and one.offset > last]
        yield b"".join([*presences, *(_sent(acting, record, lang) for record in records)]) or sse.HEARTBEAT
        last = records[-1].offset if records else last


def _sent(acting: Acting, record: Record, lang: Language) -> bytes:
    entry = readable(record, queue_topic(acting.office).name)
    if entry is None:
        return b""
    name, data = office_view.queue_event(acting.office, entry, lang)
    return sse.event(name, as_he_may_read(acting, data, lang), record.offset)
