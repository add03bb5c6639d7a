"""`POST /petitions`: the page's form. The server speaks for the channel `web`; no key leaves it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from producers.http.body import idempotency_key, parse, parse_object, read_json_body
from producers.http.endpoint import endpoint
from producers.http.guard import TRAP, RateLimit, same_origin
from producers.http.petitions import accept
from producers.http.state import Intake
from producers.intake.requests import WebPetition
from producers.pages.client import client_of
from schemas.web import Handler, Problem, caller_address

CHANNEL = "web"


def submit_from_page(intake: Intake) -> Handler:
    settings = intake.settings
    limit = RateLimit(settings.web_burst, settings.web_per_hour)

    async def handle(request: Request) -> Response:
        if not same_origin(request.headers, settings.public_url):
            raise Problem(403, "foreign-page")
        key = idempotency_key(request)
        body = await read_json_body(request, settings.body_limit)
        if parse_object(body).get(TRAP):
            raise Problem(403, "machine")
        petition = parse(WebPetition, body)
        address = caller_address(request)
        wait = limit.wait_for(address)
        if wait:
            raise Problem(429, "too-many", headers={"Retry-After": str(wait)}, minutes=max(1, round(wait / 60)))
        return await accept(intake, petition.of_channel(CHANNEL), key, client_of(request) or address)

    return endpoint(handle)
