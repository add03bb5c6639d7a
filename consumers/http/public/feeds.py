"""Following a ward, a street or a category by a feed."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consumers.http.endpoint import endpoint
from consumers.http.public.answering import Showing, cacheable
from consumers.http.public.contract import CATEGORY_FEED, STREET_FEED, WARD_FEED
from consumers.http.public.wanted import news
from consumers.incidents.compare import FIELD
from consumers.read_model.public import Wanted
from consumers.views.feed import Followed, atom
from consumers.views.public import category_name, streets_by_code, ward_name
from schemas.reference import wards
from schemas.web import Problem, language


def feed_routes(showing: Showing) -> list[Route]:
    async def ward(request: Request) -> Response:
        found = wards().get(request.path_params["code"])
        if found is None:
            raise Problem(404, "not-found")
        followed = Followed("wards", "ward", found.code, ward_name(found, language(request)))
        return await feed(request, followed, news(showing.now, ward=(found.code,)))

    async def street(request: Request) -> Response:
        code = request.path_params["code"]
        name = streets_by_code().get(code)
        if name is None:
            raise Problem(404, "not-found")
        return await feed(request, Followed("streets", "street", code, name), news(showing.now), name)

    async def category(request: Request) -> Response:
        code = request.path_params["code"]
        if code not in FIELD:
            raise Problem(404, "not-found")
        followed = Followed("categories", "category", code, category_name(code, language(request)))
        return await feed(request, followed, news(showing.now, category=(code,)))

    async def feed(request: Request, followed: Followed, wanted: Wanted, of_street: str | None = None) -> Response:
        rows, lang = (await showing.page(wanted, of_street)).rows, language(request)
        lines = [(line, row["updated_at"]) for line, row in zip(showing.lines(rows, lang), rows, strict=True)]
        return cacheable(request, atom(followed, lines, showing.views.callers.address(request, ""), lang), "application/atom+xml")

    return [WARD_FEED.route(endpoint(ward)), STREET_FEED.route(endpoint(street)), CATEGORY_FEED.route(endpoint(category))]
