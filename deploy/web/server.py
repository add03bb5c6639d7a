"""Role `web`: the producers' app (what accepts) and the consumers' app (what shows) behind one port."""

from __future__ import annotations

import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from types import FrameType

import uvicorn
import uvloop
from pydantic import Field
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

import consumers.http
import producers.http
from consumers.settings import ViewSettings
from deploy.web.answer_check import answer_check_route
from deploy.web.backlog import BacklogWatch
from deploy.web.calendar import calendar_route
from deploy.web.contract import contract_routes
from deploy.web.draft import draft_route
from deploy.web.files import Shown
from deploy.web.limits import Limited
from deploy.web.metrics import Measured
from deploy.web.passing import Sweeper
from deploy.web.protocol import Guarded
from deploy.web.retention import RetentionWatch
from deploy.web.security import Hardened
from producers.settings import HttpSettings
from schemas.identity.callers import knowing
from schemas.platform import logs
from schemas.platform.logs import log
from schemas.platform.metrics import UP_SINCE
from schemas.platform.settings import ProcessSettings
from schemas.platform.status import StatusServer
from schemas.web import Problem, answer

# The event loop and Kafka's threads share the interpreter: who has an acknowledgement in hand should not wait 5 ms for a turn.
_SWITCH_SECONDS = 0.0005
_GRACE_SECONDS = 3

Check = Callable[[], bool]


class WebSettings(ProcessSettings):
    """Where the role `web` listens."""

    port: int = Field(8080, ge=0, le=65535, description="Port of HTTP (citizens, offices, intake).")


@dataclass(frozen=True, slots=True)
class Mounted:
    """All routes; `ready`: whether all of them could be served now; `stop`: open streams shall end."""

    routes: list[BaseRoute]
    ready: Check
    stop: Callable[[], None]


@asynccontextmanager
async def mounted() -> AsyncIterator[Mounted]:
    """Both applications while their connections live. Settings come from the environment."""
    async with AsyncExitStack() as stack:
        accepts = HttpSettings()
        callers = await stack.enter_async_context(knowing(accepts))
        accepting = await stack.enter_async_context(producers.http.prepare(accepts, callers=callers))
        showing = await stack.enter_async_context(consumers.http.prepare(ViewSettings(), callers, files=Shown(accepting.files)))
        checking = answer_check_route(WebSettings(), callers, showing.reader)
        own = (checking, calendar_route(WebSettings()), draft_route(accepts.body_limit), *contract_routes())
        routes = [*accepting, *showing, *own]
        backlog = BacklogWatch(WebSettings(), accepting.overload)
        sweeper = Sweeper(accepts)
        backlog.start()
        sweeper.start()
        yield Mounted(routes, lambda: accepting.ready() and showing.ready(), showing.stop)
        backlog.stop()
        sweeper.stop()


def application(routes: Sequence[BaseRoute], ready: Check, *, hops: int = 0, https: bool = False, tiles: str = "") -> Hardened:
    """The whole ASGI application: routes, health, limits, one shape of error, security headers.

    `hops`: proxies of our own in front; `https`: citizens reach them by it; `tiles`: the origin of the map's.
    """
    inner = Starlette(
        routes=[*routes, *_status_routes(ready)],
        exception_handlers={HTTPException: _http_error, Exception: _internal_error},
    )
    inner.router.redirect_slashes = False
    return Hardened(Measured(Limited(inner, hops)), https=https, tiles=tiles)


def _status_routes(ready: Check) -> list[BaseRoute]:
    async def healthz(_: Request) -> Response:
        return Response("ok\n", media_type="text/plain")

    async def readyz(_: Request) -> Response:
        return Response("ok\n", media_type="text/plain") if ready() else Response("not yet\n", 503, media_type="text/plain")

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


async def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = (error.headers if isinstance(error, HTTPException) else None) or {}
    code = {404: "not-found", 405: "method-not-allowed"}.get(status, "internal" if status >= 500 else "invalid")
    return answer(Problem(status, code, headers=headers), request)


async def _internal_error(request: Request, error: Exception) -> Response:
    log.error("request-failed", route=getattr(request.scope.get("route"), "path", "unmatched"), error=type(error).__name__)
    return answer(Problem(500, "internal"), request)


class Server(uvicorn.Server):
    """uvicorn that tells the applications when it stops, so that open event streams end at once."""

    def __init__(self, config: uvicorn.Config, stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._stop = stop

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        # Not as inherited: that one sends itself the signal again at the end, and so cuts off the connections' clean-up.
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        log.info("process-stopping")
        self._stop()
        await super().shutdown(sockets)


async def serve(settings: WebSettings) -> None:
    """Serve until TERM or Ctrl-C; then let requests end within the grace time."""
    edge = HttpSettings()
    https = edge.public_url.startswith("https://")
    async with mounted() as apps:
        config = uvicorn.Config(
            application(apps.routes, apps.ready, hops=edge.forwarded_hops, https=https, tiles=ViewSettings().tiles_origin),
            host=settings.listen_host,
            port=settings.port,
            access_log=False,  # paths hold tracking codes, which are secrets
            log_config=None,
            lifespan="off",
            http=Guarded,
            server_header=False,
            proxy_headers=False,  # behind a proxy `PUBLIC_URL` says what citizens call
            timeout_graceful_shutdown=_GRACE_SECONDS,
            timeout_keep_alive=30,
        )
        server = Server(config, apps.stop)
        retention = RetentionWatch(settings)
        retention.start()
        status = StatusServer(settings.listen_host, settings.metrics_port, alive=lambda: True, ready=apps.ready)
        status.start()
        UP_SINCE().labels("web").set(time.time())
        log.info("process-started", port=settings.port)
        await server.serve()
        retention.stop()
        status.stop()


def run() -> None:
    """Run the role until TERM; ends with status 1 when it cannot start."""
    settings = WebSettings()
    logs.configure("web", settings.log_level)
    sys.setswitchinterval(_SWITCH_SECONDS)
    uvloop.run(serve(settings))
