"""Reference lists: offices, categories, wards, with names in Vietnamese and English."""

from __future__ import annotations

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consumers.http.contract import CATEGORIES, OFFICES, WARDS
from schemas.reference import categories, offices, wards
from schemas.web import json

_CACHE = {"Cache-Control": "public, max-age=3600"}


async def show_offices(_: Request) -> Response:
    return json({"offices": [asdict(office) for office in offices().values()]}, headers=_CACHE)


async def show_categories(_: Request) -> Response:
    return json({"categories": [asdict(category) for category in categories().values()]}, headers=_CACHE)


async def show_wards(_: Request) -> Response:
    listed = [{**asdict(ward), "full_name_vi": ward.full_name_vi, "office": ward.office} for ward in wards().values()]
    return json({"wards": listed}, headers=_CACHE)


def reference_routes() -> list[Route]:
    return [OFFICES.route(show_offices), CATEGORIES.route(show_categories), WARDS.route(show_wards)]
