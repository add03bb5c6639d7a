"""`/session`: a person signs in, asks who he is, signs out."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, StringConstraints
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from producers.http.body import parse, read_json_body
from producers.http.endpoint import endpoint
from producers.http.guard import same_origin
from producers.http.state import Intake
from schemas.authority import DUTIES, Call, may
from schemas.events.strings import Clean
from schemas.identity.callers import Caller
from schemas.identity.passwords import LENGTH_AT_MOST
from schemas.identity.sessions import form_token
from schemas.web import Problem, json

PATH = "/session"
_BODY_LIMIT = 4096


class SignIn(BaseModel):
    """Name and password, as somebody typed them."""

    login: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Clean]
    password: Annotated[str, StringConstraints(min_length=1, max_length=LENGTH_AT_MOST)]


def session_routes(intake: Intake) -> list[Route]:
    callers = intake.callers

    async def begin(request: Request) -> Response:
        if not same_origin(request.headers, intake.settings.public_url):
            raise Problem(403, "foreign-page")
        given = parse(SignIn, await read_json_body(request, _BODY_LIMIT))
        person = await callers.door.enter(given.login, given.password)
        secret = await callers.sessions.begin(person, callers.secret_of(request))
        response = json({}, status=201)
        callers.remember(request, response, secret)
        return response

    async def show(request: Request) -> Response:
        who = await callers.caller(request)
        secret = callers.secret_of(request)
        return json(described(who) | {"form_token": form_token(secret) if who.person and secret else None})

    async def end(request: Request) -> Response:
        await callers.caller(request)  # another site must not sign anybody out
        secret = callers.secret_of(request)
        id_token = await callers.sessions.end(secret) if secret else None
        response = json({"continue": await callers.provider.end(id_token, callers.address(request, "/sign-in")) if id_token else None})
        callers.forget(request, response)
        return response

    return [
        Route(PATH, endpoint(begin), methods=["POST"]),
        Route(PATH, endpoint(show), methods=["GET"]),
        Route(PATH, endpoint(end), methods=["DELETE"]),
    ]


def described(who: Caller) -> dict[str, Any]:
    """What a page must know of its reader: `id` as in events, `offices` whose cases he reads, `every_office` when it is all of them."""
    reading = [post for post in who.posts if post.allows(Call.READ_CASES)]
    return {
        "id": who.person.id if who.person else None,
        "name": who.person.name if who.person else None,
        "posts": [{"duty": post.duty, "office": post.office} for post in who.posts],
        "offices": sorted({post.office for post in reading if post.office}),
        "every_office": any(DUTIES[post.duty].everywhere for post in reading),
        "figures": may(who.posts, Call.READ_FIGURES),
        "hotline": may(who.posts, Call.TAKE_CALLS),
    }
