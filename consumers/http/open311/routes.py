"""The calls: parameters in, what stands in the answer out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from starlette.requests import Request
from starlette.routing import Route

from consumers.http.open311 import contract, rows, services, view
from consumers.http.open311.wanted import Wanted, wanted
from consumers.http.petitions import await_petition, identify
from consumers.http.state import Views
from consumers.read_model.reading import Away
from consumers.timeline import TimelineEntry, from_row
from consumers.views import citizen
from schemas.events import tracking
from schemas.platform.instants import to_datetime
from schemas.reference import categories
from schemas.reference.texts import Language, language_for
from schemas.web import Problem, caller_address, language
from schemas.web.open311 import Answered, check_jurisdiction, open311


def open311_routes(views: Views) -> list[Route]:
    clock = views.settings.clock()

    async def discover(request: Request) -> Answered:
        return "discovery", services.discovery(views.callers.address(request, ""))

    async def list_services(request: Request) -> Answered:
        _check(request)
        return "services", services.services(language(request))

    async def definition(request: Request) -> Answered:
        _check(request)
        code = request.path_params["service_code"]
        if code not in categories():
            raise Problem(404, "unknown-service")
        return "service_definition", services.definition(code, language(request))

    async def list_requests(request: Request) -> Answered:
        channel = _channel(views, request)
        found = await rows.requests(views.reader, channel, _asked(request, channel, to_datetime(clock.now_ms())))
        return "service_requests", [view.request(row, _told_in(request, row), own=channel is not None) for row in found]

    async def one_request(request: Request) -> Answered:
        channel, petition_id = _channel(views, request), request.path_params["service_request_id"]
        exactly = replace(wanted({}, to_datetime(clock.now_ms())), ids=(petition_id,))
        found = await rows.requests(views.reader, channel, exactly) if tracking.is_petition_id(petition_id) else []
        if not found:
            raise Problem(404, "unknown-petition")
        return "service_requests", [view.request(found[0], _told_in(request, found[0]), own=channel is not None)]

    async def token(request: Request) -> Answered:
        _check(request)
        code, ids = identify(views, request.path_params["token"])
        petition_id, *_ = await await_petition(views, ids, caller_address(request))
        return "service_requests", [{"service_request_id": petition_id, "token": code}]

    async def updates(request: Request) -> Answered:
        channel, lang = _channel(views, request), language(request)
        found = await rows.updates(views.reader, channel, _asked(request, channel, to_datetime(clock.now_ms())))
        entries: list[TimelineEntry] = [from_row(*row.values()) for row in found]
        shown = [view.update(entry, lang, own=channel is not None) for entry in entries if citizen.is_visible(entry)]
        return "service_request_updates", shown

    calls = (discover, discover, list_services, definition, list_requests, one_request, token, updates)
    return [operation.route(open311(call, Away)) for operation, call in zip(contract.OPERATIONS, calls, strict=True)]


def _told_in(request: Request, row: rows.Row) -> Language:
    """Who names no language is told in that of the petition."""
    return language(request, language_for(row["language"] or "vi"))


def _asked(request: Request, channel: str | None, now: datetime) -> Wanted:
    exactly = wanted(request.query_params, now)
    return exactly if channel is not None else exactly.by_days()


def _check(request: Request) -> None:
    check_jurisdiction(request.query_params.get("jurisdiction_id"))


def _channel(views: Views, request: Request) -> str | None:
    """The channel whose key was given; None without one. Raise Problem 401 for an unknown key."""
    _check(request)
    key = request.query_params.get("api_key") or request.headers.get("x-api-key")
    if not key:
        return None
    channel = views.callers.channel_of(key)
    if channel is None:
        raise Problem(401, "unknown-key")
    return channel
