"""The calls: parameters in, what may be read out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consumers.http.endpoint import endpoint
from consumers.http.kept import Kept, Ready
from consumers.http.public import contract, wanted
from consumers.http.public.answering import SECONDS, Showing, cacheable
from consumers.http.public.feeds import feed_routes
from consumers.http.public.open_data import open_data_routes
from consumers.http.public.places import place_routes
from consumers.http.state import Views
from consumers.read_model import public, statistics
from consumers.timeline import from_row
from consumers.views import public as view
from consumers.views import statistics as figures
from schemas.platform.instants import iso
from schemas.web import Problem, language


@dataclass(frozen=True, slots=True)
class Counted:
    """The statistics of a span as of an instant (service's clock)."""

    months: wanted.Months
    at: datetime
    rows: list[tuple[str, statistics.Row]]


def usual_figures(views: Views) -> Ready[Counted]:
    """The statistics of the months that the page shows; somebody has to keep them (`Ready.keep`)."""
    showing = Showing.of(views)
    return Ready(SECONDS, lambda: _counted(views, wanted.months(QueryParams(), showing.now), showing.now))


async def _counted(views: Views, months: wanted.Months, now: datetime) -> Counted:
    return Counted(months, now, await statistics.read(views.reader, months.start, months.end, now))


def public_routes(views: Views, usual: Ready[Counted]) -> list[Route]:
    """`usual`: as of `usual_figures`."""
    showing = Showing.of(views)
    kept: Kept[wanted.Months, Counted] = Kept(SECONDS)

    async def petitions(request: Request) -> Response:
        asked = wanted.petitions(request.query_params, showing.now, showing.numbers)
        found = await showing.page(asked, wanted.street(request.query_params))
        following = showing.numbers.of(found.last) if found.last else None
        return cacheable(request, orjson.dumps({"items": showing.lines(found.rows, language(request)), "next": following}))

    async def petition(request: Request) -> Response:
        petition_id = showing.numbers.petition_of(request.path_params["number"])
        rows = await public.listed(views.reader, public.Wanted(now=showing.now, petition_id=petition_id)) if petition_id else []
        if not rows or petition_id is None:
            raise Problem(404, "unknown-petition")
        entries = [from_row(*row.values()) for row in await public.steps(views.reader, petition_id)]
        return cacheable(request, orjson.dumps(view.whole(rows[0], showing.numbers.of(petition_id), entries, language(request))))

    async def nearby(request: Request) -> Response:
        spot = wanted.spot(request.query_params, showing.now)
        rows = await public.near(views.reader, spot) if spot else []
        return cacheable(request, orjson.dumps({"items": showing.lines(rows, language(request))}))

    async def count(request: Request) -> Response:
        now = showing.now
        asked = wanted.months(request.query_params, now)
        found = await usual.newest() if asked == wanted.months(QueryParams(), now) else None
        if found is None or found.months != asked:
            found = await kept.of(asked, lambda: _counted(views, asked, now))
        shown = {"span": asked.names, "at": iso(found.at), **figures.statistics(found.rows, language(request))}
        return cacheable(request, orjson.dumps(shown))

    calls = zip(
        (contract.PETITIONS, contract.PETITION, contract.NEARBY, contract.STATISTICS), (petitions, petition, nearby, count), strict=True
    )
    return [
        *(operation.route(endpoint(call)) for operation, call in calls),
        *feed_routes(showing),
        *place_routes(showing),
        *open_data_routes(views.settings.open_data_dir),
    ]
