"""The newest day's open data, as the operator has it written into a directory."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from consumers.http.endpoint import endpoint
from consumers.http.public.answering import SECONDS, cacheable
from consumers.http.public.contract import OPEN_DATA, OPEN_DATA_FILE
from consumers.open_data import folder
from schemas.web import Problem

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
}


def open_data_routes(out: Path | None) -> list[Route]:
    """`out`: the directory; None where nothing is published."""

    async def list_files(request: Request) -> Response:
        found = await asyncio.to_thread(_newest, out) if out else _NOTHING
        return cacheable(request, orjson.dumps(found))

    async def file(request: Request) -> Response:
        day, name = request.path_params["day"], request.path_params["name"]
        found = await asyncio.to_thread(folder.published, out, day, name) if out else None
        if found is None:
            raise Problem(404, "not-found")
        return FileResponse(found, headers={"Cache-Control": f"public, max-age={SECONDS}"}, media_type=_TYPES[name.rpartition(".")[2]])

    return [OPEN_DATA.route(endpoint(list_files)), OPEN_DATA_FILE.route(endpoint(file))]


_NOTHING: dict[str, Any] = {"day": None, "files": []}


def _newest(out: Path) -> dict[str, Any]:
    found = folder.newest(out)
    if found is None:
        return _NOTHING
    listed = [
        {"name": name, "url": f"{OPEN_DATA.path}/{found.name}/{name}", "bytes": (found / name).stat().st_size}
        for name in folder.names(found)
    ]
    return {"day": found.name, "files": listed}
