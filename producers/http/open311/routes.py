"""`POST requests` and `POST servicerequestupdates` of Open311: by the channel's key; what is sent again is the same again."""

from __future__ import annotations

from datetime import date

import psycopg
from psycopg_pool import PoolTimeout
from starlette.requests import Request
from starlette.routing import Route

from producers.http.actions import act
from producers.http.endpoint import DatabaseAway
from producers.http.open311 import form
from producers.http.open311.contract import POST_REQUEST, POST_UPDATE
from producers.http.open311.form import Form
from producers.http.open311.media import claims_of
from producers.http.petitions import channel_of, public_address, secret_of, take
from producers.http.state import Intake
from producers.intake.requests import Identity, identify
from producers.intake.vault import VaultUnavailable
from schemas.events.base import Actor, Role
from schemas.events.tracking import is_petition_id
from schemas.platform.clock import HANOI, to_datetime
from schemas.web import Problem, language
from schemas.web.open311 import Answered, Open311Handler, open311

_AWAY = (DatabaseAway, VaultUnavailable, psycopg.OperationalError, PoolTimeout)
_NOTICE = {"vi": "Mã tra cứu {code}: {url}", "en": "Tracking code {code}: {url}"}
_CHANNEL = "select channel from petition where petition_id = %s"


def open311_routes(intake: Intake) -> list[Route]:
    return [POST_REQUEST.route(open311(_post_request(intake), _AWAY)), POST_UPDATE.route(open311(_post_update(intake), _AWAY))]


def _post_request(intake: Intake) -> Open311Handler:
    async def handle(request: Request) -> Answered:
        async with form.reading(request, intake.settings.body_limit) as given:
            who = await _take(intake, given, _caller(intake, request, given))
        url = f"{public_address(intake)}/t/{who.tracking_code}"
        notice = _NOTICE[language(request)].format(code=who.tracking_code, url=url)
        return "service_requests", [{"service_request_id": who.petition_id, "service_notice": notice, "account_id": None}]

    return handle


async def _take(intake: Intake, given: Form, channel: str) -> Identity:
    """Everything is looked at before a file is taken in: what is refused leaves none."""
    key = None if given.external_id else given.digest(_today(intake))
    petition = form.petition_of(given, channel)
    petition_id = identify(await secret_of(intake, petition, key), channel, petition.external_id, key).petition_id
    files = await claims_of(intake, channel, petition_id, given.media)
    return await take(intake, petition.model_copy(update={"files": files}), key)


def _today(intake: Intake) -> date:
    return to_datetime(intake.clock.now_ms()).astimezone(HANOI).date()


def _post_update(intake: Intake) -> Open311Handler:
    async def handle(request: Request) -> Answered:
        async with form.reading(request, intake.settings.body_limit) as given:
            return "service_request_updates", [{"update_id": await _add(intake, given, _caller(intake, request, given))}]

    return handle


async def _add(intake: Intake, given: Form, channel: str) -> str:
    fields, petition_id = form.information_of(given), given.fields["service_request_id"]
    if not is_petition_id(petition_id) or await _channel_of_petition(intake, petition_id) != channel:
        raise Problem(404, "unknown-petition")
    files = await claims_of(intake, channel, petition_id, given.media)
    named = {"files": [one.model_dump() for one in files]} if files else {}
    return await act(intake, petition_id, Actor(role=Role.CITIZEN), {**fields, **named}, given.update_key(_today(intake)))


def _caller(intake: Intake, request: Request, given: Form) -> str:
    return channel_of(intake, given.fields.get("api_key") or request.headers.get("x-api-key"))


async def _channel_of_petition(intake: Intake, petition_id: str) -> str | None:
    try:
        async with intake.pool.connection() as connection:
            row = await (await connection.execute(_CHANNEL, (petition_id,))).fetchone()
    except (psycopg.OperationalError, TimeoutError) as error:
        raise DatabaseAway(str(error)) from error
    return str(row[0]) if row else None
