"""The whole ASGI application: what happens to a handler that fails, and to what no route takes."""

from __future__ import annotations

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs

from deploy.web.server import application


async def _fails(_: Request) -> Response:
    raise ValueError("phone 0912345678")


def client(*, https: bool = False) -> httpx.AsyncClient:
    """An exception that leaves the application would reach the test."""
    app = application([Route("/fails/{code}", _fails)], lambda: True, https=https)
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    return httpx.AsyncClient(transport=transport, base_url="http://service")


async def test_an_exception_ends_in_the_process_by_its_type_alone() -> None:
    """A 500 for the caller, a line with route and type for the log; neither its words nor the path's, which may be personal."""
    with capture_logs() as told:
        async with client() as service:
            answer = await service.get("/fails/7KMA-2PXD-49RC")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "0912345678" not in answer.text
    assert told == [{"event": "request-failed", "log_level": "error", "route": "/fails/{code}", "error": "ValueError"}]


@pytest.mark.parametrize("https", [True, False])
async def test_a_browser_is_told_to_keep_to_us_and_where_citizens_use_https_to_that(*, https: bool) -> None:
    """No frame, no other window's hand on the page, no device but camera and place; figures and probes of others are not on this port."""
    async with client(https=https) as service:
        answer, figures = await service.get("/readyz"), await service.get("/metrics")

    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "microphone=()" in answer.headers["permissions-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert ("strict-transport-security" in answer.headers) is https
    assert figures.status_code == 404


async def test_without_tiles_pages_have_pictures_of_our_own_alone() -> None:
    """The policy's one source for everything is ourselves."""
    async with client() as service:
        policy = (await service.get("/readyz")).headers["content-security-policy"]

    assert "img-src" not in policy
    assert policy.startswith("default-src 'self';")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"), [("GET", "/nowhere", 404, "not-found"), ("DELETE", "/fails/x", 405, "method-not-allowed")]
)
async def test_what_no_route_takes_is_a_problem_too(method: str, path: str, status: int, code: str) -> None:
    """In the same shape as every other error, hardened like every other answer."""
    async with client() as service:
        answer = await service.request(method, path)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
