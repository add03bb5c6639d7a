"""For citizens: a petition by its tracking code, once and as it happens."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consumers.http.contract import PETITION, PETITION_EVENTS, SHARED
from consumers.http.endpoint import endpoint
from consumers.http.following import Joined, follow, is_there, merged
from consumers.http.looking import whole_number
from consumers.http.state import Views
from consumers.read_model.reading import Away
from consumers.timeline import TimelineEntry
from consumers.views import citizen as citizen_view
from schemas.events import tracking
from schemas.reference.texts import Language, language_for
from schemas.web import Problem, caller_address, json, language, sse

LOOK_AGAIN_SECONDS = 1.0
Found = tuple[str, dict[str, Any], list[TimelineEntry]]
"""The petition's id, its view, and what happened."""


def petition_routes(views: Views) -> list[Route]:
    async def show(request: Request) -> Response:
        before = whole_number(request.query_params, "before")
        code, ids = identify(views, request.path_params["tracking_code"])
        petition_id, case, entries = await await_petition(views, ids, caller_address(request))
        said = await _said(views, petition_id)
        shown = citizen_view.petition(code, petition_id, case, entries, _told_in(request, case), said, before)
        return json({**shown, "share_url": f"/s/{views.keys.shared(petition_id)}"})

    async def events(request: Request) -> Response:
        _, ids = identify(views, request.path_params["tracking_code"])
        after = sse.last_id(request) or 0
        petition_id, case, entries = await await_petition(views, ids, caller_address(request))
        return sse.stream("citizen", _events(views, petition_id, entries, after, _told_in(request, case)))

    async def shared(request: Request) -> Response:
        petition_id = views.keys.petition_of(request.path_params["shared"])
        found = await _look(views, [petition_id]) if petition_id else None
        if found is None:
            raise Problem(404, "unknown-petition")
        return json(citizen_view.shared(found[1], found[2], _told_in(request, found[1])))

    return [PETITION.route(endpoint(show)), PETITION_EVENTS.route(endpoint(events)), SHARED.route(endpoint(shared))]


def _told_in(request: Request, case: dict[str, Any]) -> Language:
    """Who names no language is told in that of the petition."""
    return language(request, language_for(case.get("language", "vi")))


async def petition_of(views: Views, request: Request) -> tuple[str, dict[str, Any] | None, list[TimelineEntry]]:
    """The petition of the path's tracking code as the read model has it: its id, what was handed in, what happened.

    Raise Problem 404 for a code that is none, or of no petition.
    """
    _, ids = identify(views, request.path_params["tracking_code"])
    found = await views.reader.snapshot(*ids)
    if found is None:
        raise Problem(404, "unknown-petition")
    return found.petition_id, found.petition, found.entries


async def _said(views: Views, petition_id: str) -> dict[str, Any] | None:
    """What was handed in. A fresh petition is in the ring before the read model has it: then it is not shown yet."""
    try:
        return await views.reader.petition(petition_id)
    except Away:
        return None


def identify(views: Views, text: str) -> tuple[str, list[str]]:
    """The code, and the ids that its petition may have. Raise Problem 404 for what is no code."""
    try:
        code = tracking.parse(text)
    except tracking.BadTrackingCode:
        raise Problem(404, "bad-code") from None
    return code, views.keys.candidates(code)


async def await_petition(views: Views, ids: Sequence[str], waiter: str) -> Found:
    """The petition; straight after the 202 it may still be on its way, so wait for it a little."""
    with views.live.subscribe(*ids) as subscription:
        if found := await _look(views, ids):
            return found
        if views.waiters.full(waiter):
            raise Problem(503, "busy", headers={"Retry-After": "1"})
        with views.waiters.one(waiter):
            end = time.monotonic() + views.settings.arrival_wait_ms / 1000
            while (left := end - time.monotonic()) > 0 and not subscription.closed:
                await subscription.wait(min(left, LOOK_AGAIN_SECONDS))
                if found := await _look(views, ids):
                    return found
    raise Problem(404, "unknown-petition")


async def _look(views: Views, ids: Sequence[str]) -> Found | None:
    live = next((petition_id for petition_id in ids if views.live.recent(petition_id)), None)
    recent = views.live.recent(live) if live else []
    if live and recent[0].seq == 1 and (found := merged(None, recent)):
        return live, *found
    snapshot = await views.reader.snapshot(*ids)
    petition_id = snapshot.petition_id if snapshot else live
    if petition_id is None:
        return None
    found = merged(snapshot, views.live.recent(petition_id))
    return (petition_id, *found) if found else None


async def _events(views: Views, petition_id: str, entries: list[TimelineEntry], after: int, lang: Language) -> AsyncIterator[bytes]:
    with views.live.subscribe(petition_id) as subscription:
        yield sse.HELLO
        joined = Joined(after)
        if after > (entries[-1].seq if entries else 0) and not await is_there(views, petition_id, after):
            joined = Joined(0)
            yield sse.restarted(after, 0)
        # Taken again, under the subscription: what came since `entries` were read is in the ring.
        joined.add(entries)
        joined.add(views.live.recent(petition_id))
        async for found in follow(views, petition_id, subscription, joined):
            yield b"".join(_sent(entry, lang) for entry in found) if found else sse.HEARTBEAT


def _sent(entry: TimelineEntry, lang: Language) -> bytes:
    if not citizen_view.is_visible(entry):
        return b""
    *before, last = citizen_view.expand(entry)
    parts = [sse.event(part.what, citizen_view.live_item(part, lang)) for part in before]
    return b"".join((*parts, sse.event(last.what, citizen_view.live_item(last, lang), last.seq)))
