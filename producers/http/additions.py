"""`POST /v1/additions`: what a petitioner adds by his channel, to the petition that he names as he can: by the channel's own id of it, or
by its code. So a reply to a mail becomes part of its petition."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from producers.files.claims import Claims
from producers.http.actions import act
from producers.http.body import idempotency_key, parse, read_json_body
from producers.http.endpoint import endpoint
from producers.http.holding import find, wait_for_one
from producers.http.petitions import channel_of
from producers.http.state import Intake
from producers.intake.acting import scope_of
from producers.intake.requests import identify
from schemas.authority import refusal
from schemas.events import tracking
from schemas.events.actions import Note
from schemas.events.base import Actor, Model, Role
from schemas.events.intake import ExternalId
from schemas.web import Handler, Problem, json

ACTION = "add-information"
_CITIZEN = Actor(role=Role.CITIZEN)


class Addition(Model):
    """`external_ids`: ids of the channel, of which one may be a petition's; `tracking_codes`: likewise."""

    external_ids: tuple[ExternalId, ...] = Field(default=(), max_length=20)
    tracking_codes: tuple[Annotated[str, StringConstraints(min_length=1, max_length=40)], ...] = Field(default=(), max_length=20)
    text: Note
    files: Claims = ()


def add(intake: Intake) -> Handler:
    async def handle(request: Request) -> Response:
        channel, key = channel_of(intake, request.headers.get("x-api-key")), idempotency_key(request)
        addition = parse(Addition, await read_json_body(request, intake.settings.body_limit))
        ids = _candidates(intake, channel, addition)
        petition_id = await wait_for_one(intake.pool, ids, intake.settings.action_wait_ms / 1000) if ids else None
        if petition_id is None:
            raise Problem(404, "unknown-petition")
        await _open(intake, petition_id, key)
        action_id = await act(intake, petition_id, _CITIZEN, _fields(addition), key)
        return json({"action_id": action_id, "petition_id": petition_id}, status=202)

    return endpoint(handle)


def _candidates(intake: Intake, channel: str, addition: Addition) -> list[str]:
    """Ids that the petition may have: a channel opens its own, a code opens any."""
    secrets = (intake.codes.of_channel(channel), *intake.codes.earlier_of_channel(channel))
    own = [identify(secret, channel, external, None).petition_id for external in addition.external_ids for secret in secrets]
    return own + [found for code in addition.tracking_codes for found in _of_code(intake, code)]


def _of_code(intake: Intake, code: str) -> list[str]:
    try:
        return intake.codes.candidates(tracking.parse(code))
    except tracking.BadTrackingCode:
        return []


async def _open(intake: Intake, petition_id: str, key: str | None) -> None:
    """Raise Problem 409 for a petition to which nothing can be added any more, unless this very addition was taken before: who got no
    answer then asks again."""
    case = await find(intake.pool, petition_id)
    if case is None or refusal(Role.CITIZEN, None, case, ACTION) is None:
        return
    if key is None or not await intake.keys.acted(petition_id, scope_of(petition_id, _CITIZEN, ACTION, key)):
        raise Problem(409, "takes-no-addition")


def _fields(addition: Addition) -> dict[str, Any]:
    return {"action": ACTION, **addition.model_dump(include={"text", "files"}, exclude_defaults=True)}
