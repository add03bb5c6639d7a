"""Which browser sends the form: a random name in a cookie that scripts cannot read, until the browser is closed.

An Idempotency-Key that somebody made up is his alone: the same key from another browser is another petition.
"""

from __future__ import annotations

import re
import secrets

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

COOKIE = "client"
_NAME = re.compile(r"[A-Za-z0-9_-]{22}")


def client_of(request: Request) -> str | None:
    """The browser's name; None when it has none, as of callers that are no browser."""
    name = request.cookies.get(COOKIE, "")
    return name if _NAME.fullmatch(name) else None


def introduced(route: Route) -> Route:
    """The page, with a name for a browser that has none yet."""

    async def show(request: Request) -> Response:
        response: Response = await route.endpoint(request)
        if client_of(request) is None:
            response.set_cookie(COOKIE, secrets.token_urlsafe(16), httponly=True, samesite="strict", secure=request.url.scheme == "https")
        return response

    return Route(route.path, show, methods=["GET"])
