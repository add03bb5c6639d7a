"""The calls: parameters in, what may be read out, with how long it may be kept."""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consumers.http.endpoint import endpoint
from consumers.http.kept import Kept
from consumers.http.public import contract, wanted
from consumers.http.state import Views
from consumers.read_model import public, statistics
from consumers.timeline import from_row
from consumers.views import public as view
from consumers.views import statistics as figures
from schemas.events.numbers import Numbers
from schemas.platform.instants import to_datetime
from schemas.web import Problem, language
from schemas.web.assets import tagged, unless_known

SECONDS = 60
"""So long an answer may be kept: by browsers, and by caches in front of the service."""


def public_routes(views: Views) -> list[Route]:
    numbers, clock = Numbers(views.keys.secrets), views.settings.clock()
    kept: Kept[wanted.Months, list[tuple[str, statistics.Row]]] = Kept(SECONDS)

    async def petitions(request: Request) -> Response:
        asked, lang = wanted.petitions(request.query_params, to_datetime(clock.now_ms()), numbers), language(request)
        rows = await public.listed(views.reader, asked)
        items = [view.line(row, numbers.of(row["petition_id"]), lang) for row in rows]
        return cacheable(request, orjson.dumps({"items": items, "next": items[-1]["number"] if len(items) == asked.limit else None}))

    async def petition(request: Request) -> Response:
        number, now = request.path_params["number"], to_datetime(clock.now_ms())
        petition_id = numbers.petition_of(number)
        rows = await public.listed(views.reader, public.Wanted(now=now, petition_id=petition_id)) if petition_id else []
        if not rows or petition_id is None:
            raise Problem(404, "unknown-petition")
        entries = [from_row(*row.values()) for row in await public.steps(views.reader, petition_id)]
        return cacheable(request, orjson.dumps(view.whole(rows[0], numbers.of(petition_id), entries, language(request))))

    async def nearby(request: Request) -> Response:
        spot, lang = wanted.spot(request.query_params, to_datetime(clock.now_ms())), language(request)
        rows = await public.near(views.reader, spot) if spot else []
        return cacheable(request, orjson.dumps({"items": [view.line(row, numbers.of(row["petition_id"]), lang) for row in rows]}))

    async def count(request: Request) -> Response:
        now = to_datetime(clock.now_ms())
        asked = wanted.months(request.query_params, now)
        rows = await kept.of(asked, lambda: statistics.read(views.reader, asked.start, asked.end, now))
        return cacheable(request, orjson.dumps({"span": asked.names, **figures.statistics(rows, language(request))}))

    calls = (petitions, petition, nearby, count)
    return [operation.route(endpoint(call)) for operation, call in zip(contract.OPERATIONS, calls, strict=True)]


def cacheable(request: Request, body: bytes, media_type: str = "application/json", seconds: int = SECONDS) -> Response:
    """The answer, which may be kept for so long; afterwards 304 tells a caller that what he has is the newest."""
    response = unless_known(request, body, tagged(body), media_type, f"public, max-age={seconds}")
    response.headers["Vary"] = "Accept-Language"
    return response
