"""Which browser sends the form: a random name in a cookie that scripts cannot read, for a week: what is sent later, after the page was
closed without a network, is the same petition then.

An Idempotency-Key that somebody made up is his alone: the same key from another browser is another petition.
"""

from __future__ import annotations

import re
import secrets

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

COOKIE = "client"
_KEPT_SECONDS = 7 * 24 * 3600
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
            name, https = secrets.token_urlsafe(16), request.url.scheme == "https"
            response.set_cookie(COOKIE, name, max_age=_KEPT_SECONDS, httponly=True, samesite="strict", secure=https)
        return response

    return Route(route.path, show, methods=["GET"])
