"""The frame around each handler, and answers in JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from schemas.platform.logs import log
from schemas.web.problems import NO_STORE, Problem, answer

Handler = Callable[[Request], Awaitable[Response]]


def endpoint(handler: Handler, *, away: tuple[type[Exception], ...]) -> Handler:
    """Make an answer of a Problem; `away`: what the handler raises when its database is not there, which is a 503."""

    async def framed(request: Request) -> Response:
        try:
            return await handler(request)
        except Problem as problem:
            return answer(problem, request)
        except away as error:
            log.warning("database-unavailable", error=type(error).__name__)
            return answer(Problem(503, "database-unavailable", headers={"Retry-After": "2"}), request)
        except ClientDisconnect:
            return Response(status_code=400)

    return framed


def caller_address(request: Request) -> str:
    """From where the call comes, as the edge has found it out (proxies of our own passed over); empty where nobody knows."""
    return request.client.host if request.client else ""


def json(body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON that no cache keeps, unless `headers` say otherwise."""
    return Response(orjson.dumps(body), status, {**NO_STORE, **(headers or {})}, "application/json")
