"""Style sheets, scripts and pictures of the pages: read once, sent with a fingerprint, so that a browser asks but seldom loads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schemas.web.problems import Problem, answer

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """`tag`: the fingerprint, as an ETag."""

    content: bytes
    media_type: str
    tag: str


@dataclass(frozen=True, slots=True)
class Assets:
    """The files under `static/` of one package, served at `/assets/<name>/<file>`."""

    name: str
    files: Mapping[str, Asset]

    @classmethod
    def of(cls, name: str, package: str) -> Assets:
        folder = resources.files(package).joinpath("static")
        return cls(name, {entry.name: _asset(entry.name, entry.read_bytes()) for entry in folder.iterdir() if _type(entry.name)})


def _type(name: str) -> str | None:
    return _TYPES.get(name.rpartition(".")[2])


def _asset(name: str, content: bytes) -> Asset:
    return Asset(content, _type(name) or "", tagged(content))


def tagged(content: bytes) -> str:
    return f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'


def asset_routes(*assets: Assets) -> list[Route]:
    return [_route(one) for one in assets]


def _route(assets: Assets) -> Route:
    async def send(request: Request) -> Response:
        asset = assets.files.get(request.path_params["file"])
        if asset is None:
            return answer(Problem(404, "not-found"), request)
        return unless_known(request, asset.content, asset.tag, asset.media_type)

    return Route(f"/assets/{assets.name}/{{file}}", send, methods=["GET"])


def unless_known(request: Request, content: bytes, tag: str, media_type: str, cache: str = "no-cache") -> Response:
    """The content, or 304 when the browser has it. It asks each time, unless `cache` lets it wait: so a new release is seen at once."""
    headers = {"ETag": tag, "Cache-Control": cache}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, 200, headers, media_type)
