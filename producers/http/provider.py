"""Signing in at the city's provider: the way there, and back from it. What goes wrong is told on the page to sign in."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from producers.http.endpoint import endpoint
from producers.http.state import Intake
from schemas.web import Problem, json

OURS = re.compile(r"/(?:ioc|tong-dai|desk(?:/[a-z0-9-]+){0,2})(?:\?[!-~]*)?")
"""For which one signs in."""
_BACK = "/sign-in/return"
_COOKIE_SECONDS = 900


def provider_routes(intake: Intake) -> list[Route]:
    callers = intake.callers
    settings = intake.settings

    def cookie(request: Request) -> str:
        return "__Host-sign-in" if callers.is_https(request) else "sign-in"

    async def named(_: Request) -> Response:
        return json({"name": settings.oidc_name if callers.provider.there else None})

    async def leave(request: Request) -> Response:
        if not callers.provider.there:
            raise Problem(404, "not-found")
        wanted = request.query_params.get("to", "")
        way = await callers.provider.way(callers.address(request, _BACK), wanted if OURS.fullmatch(wanted) else "/sign-in")
        response = RedirectResponse(way.url, 303)
        # Lax: the provider's page leads back here, which a strict cookie would not come along with.
        response.set_cookie(
            cookie(request), way.state, max_age=_COOKIE_SECONDS, httponly=True, samesite="lax", secure=callers.is_https(request)
        )
        return response

    async def come_back(request: Request) -> Response:
        if not callers.provider.there:
            raise Problem(404, "not-found")
        try:
            arrival = await callers.provider.arrived(
                callers.address(request, _BACK), request.query_params, request.cookies.get(cookie(request))
            )
        except Problem as problem:
            return RedirectResponse(f"/sign-in?refused={problem.code}", 303)
        secret = await callers.sessions.begin(arrival.person, callers.secret_of(request), arrival.id_token)
        response = RedirectResponse(arrival.back, 303)
        callers.remember(request, response, secret)
        response.delete_cookie(cookie(request), secure=callers.is_https(request), httponly=True)
        return response

    return [
        Route("/session/provider", endpoint(named), methods=["GET"]),
        Route("/sign-in/provider", endpoint(leave), methods=["GET"]),
        Route(_BACK, endpoint(come_back), methods=["GET"]),
    ]
