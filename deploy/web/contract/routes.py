"""`GET /openapi.json` and `GET /docs`: the same document, for programs and for people. Nothing is loaded from elsewhere."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import consumers.http.contract
import consumers.http.contract_hotline
import consumers.http.open311.contract
import consumers.http.public.contract
import consumers.http.public.contract_places
import producers.http.contract
import producers.http.hotline_contract
import producers.http.open311.contract
from deploy.web.answer_check import ANSWER_CHECK
from deploy.web.calendar import CALENDAR
from deploy.web.contract.page import page
from deploy.web.draft import DRAFT
from schemas.web import Assets, asset_routes
from schemas.web.assets import tagged, unless_known
from schemas.web.openapi import document

OPERATIONS = (
    *producers.http.contract.OPERATIONS,
    *consumers.http.contract.OPERATIONS,
    *producers.http.hotline_contract.OPERATIONS,
    *consumers.http.contract_hotline.OPERATIONS,
    ANSWER_CHECK,
    CALENDAR,
    DRAFT,
    *producers.http.open311.contract.OPERATIONS,
    *consumers.http.open311.contract.OPERATIONS,
    *consumers.http.public.contract.OPERATIONS,
    *consumers.http.public.contract_places.OPERATIONS,
)


@cache
def contract() -> dict[str, Any]:
    """The OpenAPI document of all operations."""
    return document(OPERATIONS)


def contract_routes() -> list[Route]:
    return [
        _fixed("/openapi.json", orjson.dumps(contract()), "application/json"),
        _fixed("/docs", page(contract()).encode(), "text/html; charset=utf-8"),
        *asset_routes(Assets.of("contract", __package__)),
    ]


def _fixed(path: str, content: bytes, media_type: str) -> Route:
    tag = tagged(content)

    async def show(request: Request) -> Response:
        return unless_known(request, content, tag, media_type)

    return Route(path, show, methods=["GET"])
