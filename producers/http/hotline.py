"""The hotline: a person of it enters what a caller says, and puts on record that he opens a petition for its caller.

Whose petition a caller may hear of is known by his number alone, which is the petition's contact; what is opened is shown by
`consumers.http.hotline`, once its citizen can read that it was.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from producers.http.actions import act
from producers.http.body import idempotency_key, parse, read_json_body
from producers.http.endpoint import endpoint
from producers.http.hotline_contract import ADD_FOR_CALLER, ENTER, LOOK_UP, CallersAddition
from producers.http.petitions import accept
from producers.http.state import Intake
from producers.intake.requests import WebPetition
from schemas.authority import Call
from schemas.events import phones, tracking
from schemas.events.base import Actor, Role
from schemas.events.intake import HOTLINE
from schemas.web import Handler, Problem, json

_OF_CALLER = "select 1 from contact_key where petition_id = %s and phone = %s and key is not null"


def hotline_routes(intake: Intake) -> list[Route]:
    return [
        ENTER.route(endpoint(_enter(intake))),
        LOOK_UP.route(endpoint(_look_up(intake))),
        ADD_FOR_CALLER.route(endpoint(_add(intake))),
    ]


async def _person(intake: Intake, request: Request) -> str:
    """The id of who takes the call. Raise Problem 403 for whom it is no duty of, 401 for a machine."""
    who = await intake.callers.allowed(request, Call.TAKE_CALLS)
    if who.person is None:
        raise Problem(403, "not-your-duty")
    return who.person.id


def _enter(intake: Intake) -> Handler:
    async def handle(request: Request) -> Response:
        person, key = await _person(intake, request), idempotency_key(request)
        petition = parse(WebPetition, await read_json_body(request, intake.settings.body_limit))
        return await accept(intake, petition.of_channel(HOTLINE), key, person, taken_by=person)

    return handle


def _look_up(intake: Intake) -> Handler:
    async def handle(request: Request) -> Response:
        person = await _person(intake, request)
        given = parse(phones.OfCaller, await read_json_body(request, intake.settings.body_limit))
        petition_id = await _of_caller(intake, request, given.phone)
        return await _asked(intake, petition_id, Actor(role=Role.HOTLINE, id=person), {"action": "look-up"}, None)

    return handle


def _add(intake: Intake) -> Handler:
    async def handle(request: Request) -> Response:
        person, key = await _person(intake, request), idempotency_key(request)
        given = parse(CallersAddition, await read_json_body(request, intake.settings.body_limit))
        petition_id = await _of_caller(intake, request, given.phone)
        said = {"action": "add-information", "text": given.text}
        return await _asked(intake, petition_id, Actor(role=Role.CITIZEN, id=person), said, key)

    return handle


async def _of_caller(intake: Intake, request: Request, phone: str) -> str:
    """The petition of the path. Raise Problem 404 for one that is not this caller's, as for one that is not there."""
    petition_id: str = request.path_params["petition_id"]
    given = (petition_id, phones.mark(intake.codes.secrets[-1], phone))
    if tracking.is_petition_id(petition_id):
        async with intake.pool.connection() as connection:
            if await (await connection.execute(_OF_CALLER, given)).fetchone():
                return petition_id
    raise Problem(404, "unknown-petition")


async def _asked(intake: Intake, petition_id: str, actor: Actor, fields: dict[str, Any], key: str | None) -> Response:
    action_id = await act(intake, petition_id, actor, fields, key)
    return json({"action_id": action_id, "petition_id": petition_id}, status=202)
