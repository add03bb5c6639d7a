"""`GET /v1/ioc` for the operations centre and whoever else reads figures.

Missing data raises an alarm: the answer names what it cannot vouch for, and a page that gets no answer must say so itself.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consumers.http.contract import IOC
from consumers.http.endpoint import endpoint
from consumers.http.kept import Kept
from consumers.http.state import Views
from consumers.read_model import figures
from consumers.views import operations
from schemas.authority import Call, may
from schemas.platform.instants import iso, to_datetime
from schemas.web import json, language

KEEP_SECONDS = 2.0
BEHIND_SECONDS = 60.0


def freshness(views: Views, rows: figures.Rows) -> dict[str, Any]:
    """`behind_seconds`: how long the oldest event waits for the read model; `newest_seconds`: age of the newest event (wall time)."""
    arrivals = views.live.arrivals
    waiting = arrivals.waiting_since(rows.next_offsets)
    behind = 0.0 if waiting is None else max(0.0, time.time() - waiting)
    alarms = []
    if not views.live.ready:
        alarms.append("record-unreachable")
    if behind > BEHIND_SECONDS:
        alarms.append("read-model-behind")
    newest = None if arrivals.newest is None else round(time.time() - arrivals.newest, 1)
    return {"behind_seconds": round(behind, 1), "newest_seconds": newest, "alarms": alarms}


def operations_routes(views: Views) -> list[Route]:
    clock = views.settings.clock()
    kept: Kept[None, tuple[figures.Rows, datetime]] = Kept(KEEP_SECONDS)

    async def read() -> tuple[figures.Rows, datetime]:
        """The rows and the instant (service's clock) for which they hold."""
        now = to_datetime(clock.now_ms())
        return await figures.read(views.reader, now), now

    async def show(request: Request) -> Response:
        who = await views.callers.allowed(request, Call.READ_FIGURES)
        rows, now = await kept.of(None, read)
        found = operations.figures(rows, now, language(request))
        watch = views.dead_letters
        return json(
            {
                "at": iso(now),
                "newest_event": iso(rows.newest) if rows.newest else None,
                "freshness": freshness(views, rows),
                **(found if may(who.posts, Call.READ_ESCALATED) else operations.without_words(found)),
                "dead_letters": {"count": watch.count, "newest": watch.newest},
            }
        )

    return [IOC.route(endpoint(show))]
