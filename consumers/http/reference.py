"""Reference lists: offices, categories, wards, with names in Vietnamese and English."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consumers.http.contract import CATEGORIES, OFFICES, OUTLINES, WARDS
from consumers.settings import ViewSettings
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


def reference_routes(settings: ViewSettings) -> list[Route]:
    """The wards' outlines and map tiles where the operator has given them."""
    tiles = {"url": settings.tiles_url, "attribution": settings.tiles_attribution} if settings.tiles_url else None

    async def show_outlines(_: Request) -> Response:
        found = await asyncio.to_thread(outlines, settings.wards_geojson) if settings.wards_geojson else {}
        return json({"outlines": found, "tiles": tiles}, headers=_CACHE)

    return [OFFICES.route(show_offices), CATEGORIES.route(show_categories), WARDS.route(show_wards), OUTLINES.route(show_outlines)]


@cache
def outlines(path: Path) -> dict[str, list[Any]]:
    """The outer rings of each ward, by code: `[[[long, lat], …], …]`. The classify stage checks the same file at its start."""
    features = orjson.loads(path.read_bytes())["features"]
    return {one["properties"]["code"]: [polygon[0] for polygon in _polygons(one["geometry"])] for one in features}


def _polygons(geometry: dict[str, Any]) -> list[Any]:
    found: list[Any] = geometry["coordinates"]
    return found if geometry["type"] == "MultiPolygon" else [found]
