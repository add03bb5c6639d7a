"""What makes the citizen's page an app that is there without a network: its manifest, and its service worker."""

from __future__ import annotations

import json
from importlib import resources

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schemas.web import Assets
from schemas.web.assets import tagged, unless_known

_ICON = "/assets/common/mark.svg"
_MANIFEST = {
    "name": "Phản ánh Hà Nội",
    "short_name": "Phản ánh",
    "lang": "vi",
    "start_url": "/",
    "scope": "/",
    "display": "standalone",
    "background_color": "#ffffff",
    "theme_color": "#0d4f4c",
    "icons": [{"src": _ICON, "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
}


def offline_routes(*assets: Assets) -> list[Route]:
    """`assets`: all that the page is made of. The worker lies at the root, since the page does."""
    return [
        _fixed("/manifest.webmanifest", json.dumps(_MANIFEST, ensure_ascii=False).encode(), "application/manifest+json"),
        _fixed("/worker.js", _worker(assets), "text/javascript; charset=utf-8"),
    ]


def _worker(assets: tuple[Assets, ...]) -> bytes:
    """With the list of what it keeps before it; another list is another worker, which a browser then takes up."""
    shell = ["/", *(f"/assets/{one.name}/{file}" for one in assets for file in sorted(one.files))]
    script = resources.files(__package__).joinpath("worker.js").read_text(encoding="utf-8")
    return f"const SHELL = {json.dumps(shell)};\n{script}".encode()


def _fixed(path: str, content: bytes, media_type: str) -> Route:
    tag = tagged(content)

    async def show(request: Request) -> Response:
        return unless_known(request, content, tag, media_type)

    return Route(path, show, methods=["GET"])
