"""Action calls of citizens and offices: checked, given an actor, published; the case stage decides whether they happen."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from producers.files.claims import Claims, FileClaim
from producers.http import templates
from producers.http.body import idempotency_key, parse_object, read_json_body
from producers.http.colleagues import check_colleague
from producers.http.endpoint import endpoint, publish
from producers.http.holding import wait_for, wait_for_one
from producers.http.mentions import mentioned
from producers.http.refusals import told
from producers.http.seen import refuse_stale, seen_by
from producers.http.state import Intake
from producers.intake.acting import action_event
from schemas.authority import CITIZEN_ACTIONS, OFFICE_ACTIONS, STRANGER, Call, Denial, Holding, entitled_to, speaks_as
from schemas.events import tracking
from schemas.events.actions import ACTION, Action
from schemas.events.base import Actor, Role
from schemas.identity.callers import Acting
from schemas.platform.clock import to_datetime
from schemas.reference.texts import Language
from schemas.web import Field, Handler, Problem, from_validation, json, language


class _Named(TypedDict):
    files: Claims


_CLAIMS = TypeAdapter(_Named)
_ENTITLED = (None, Denial.WRONG_STATE)


def citizen_action(intake: Intake) -> Handler:
    """`POST /v1/petitions/{tracking_code}/actions`: who has the code is the petitioner."""

    async def handle(request: Request) -> Response:
        key = idempotency_key(request)
        fields = await action_fields(intake, request, CITIZEN_ACTIONS)
        if "seen" in fields:  # its refusal tells what came since, as offices may know it
            raise Problem(422, "invalid", fields=[Field("seen", "extra_forbidden", {})])
        ids = candidates(intake, request.path_params["tracking_code"])
        petition_id = await wait_for_one(intake.pool, ids, intake.settings.action_wait_ms / 1000)
        if petition_id is None:
            raise Problem(404, "unknown-petition")
        return _receipt(petition_id, await act(intake, petition_id, Actor(role=Role.CITIZEN), fields, key))

    return endpoint(handle)


def office_action(intake: Intake) -> Handler:
    """`POST /v1/departments/{code}/queue/{petition_id}/actions`: by a person of the office, or a machine."""

    async def handle(request: Request) -> Response:
        acting = await intake.callers.at_office(request, Call.ACT)
        key = idempotency_key(request)
        fields = await action_fields(intake, request, OFFICE_ACTIONS)
        petition_id = request.path_params["petition_id"]
        await check_colleague(intake.pool, acting.office, fields)
        if (seen := seen_by(request)) is not None:
            fields["seen"] = seen
        actor = await actor_on(intake, petition_id, acting, fields["action"])
        return _receipt(petition_id, await act(intake, petition_id, actor, fields, key, lang=language(request)))

    return endpoint(handle)


def candidates(intake: Intake, code: str) -> list[str]:
    """The ids that the code's petition may have. Raise Problem 404 for what is no code."""
    try:
        return intake.codes.candidates(tracking.parse(code))
    except tracking.BadTrackingCode:
        raise Problem(404, "bad-code") from None


async def action_fields(intake: Intake, request: Request, known: Sequence[str]) -> dict[str, Any]:
    fields = parse_object(await read_json_body(request, intake.settings.body_limit))
    if fields.get("action") not in known:
        names = ", ".join(known)
        rule = "unknown_action" if "action" in fields else "missing"
        raise Problem(422, "unknown-action", fields=[Field("action", rule, {"expected": names})], allowed=names)
    return fields


async def actor_on(intake: Intake, petition_id: str, acting: Acting, action: str) -> Actor:
    """Who the office is on this case, by the table of authority. A wrong state is not refused here: the case may have moved on.
    Raise Problem 403 for who is not entitled, 404 for a petition that is not there.
    """
    if not tracking.is_petition_id(petition_id):
        raise Problem(404, "unknown-petition")

    def entitled(case: Holding) -> bool:
        return speaks_as(acting.roles, acting.office, case, action)[1] in _ENTITLED

    case = await wait_for(intake.pool, petition_id, intake.settings.action_wait_ms / 1000, entitled)
    if case is None:
        raise Problem(404, "unknown-petition")
    role, denial = speaks_as(acting.roles, acting.office, case, action)
    if denial in STRANGER:
        raise Problem(403, "not-in-queue")
    if denial not in _ENTITLED:
        raise Problem(403, "not-allowed", allowed=", ".join(entitled_to(acting.roles, acting.office, case)))
    return Actor(role=role, office=acting.office, id=acting.id)


async def act(intake: Intake, petition_id: str, actor: Actor, fields: dict[str, Any], key: str | None, *, lang: Language = "vi") -> str:
    """Publish the action that `fields` say, with the actor that the caller is known to be; its id, once Kafka has acknowledged it. Raise
    Problem 422 for a field that breaks a rule, 409 when the key belongs to another content, 412 when more has happened than was
    `seen`, 503 without Kafka.
    """
    given = {"petition_id": petition_id, "actor": actor, "requested_at": to_datetime(intake.clock.now_ms())}
    given |= await _found_out(intake, actor, fields)
    retry_key = key or secrets.token_urlsafe(16)
    action, claims = checked_with_claims(fields, given)
    event, action_id = action_event(await _with_files(intake, action, claims), retry_key)
    if action.seen is not None:
        await refuse_stale(intake.pool, petition_id, action.seen, action_id, lang)
    async with intake.keys.action(petition_id, action_id) if key else nullcontext():
        await publish(intake.publisher, event, retry_key)
    return action_id


def checked_with_claims(fields: dict[str, Any], given: dict[str, Any]) -> tuple[Action, tuple[FileClaim, ...]]:
    """The action without its files, and what the caller names as such; Problem 422 for what breaks a rule, or an action that has none."""
    try:
        claims = _CLAIMS.validate_python({"files": fields.get("files", ())}, extra="forbid")["files"]
    except ValidationError as error:
        raise from_validation(error) from None
    action = checked({name: value for name, value in fields.items() if name != "files" or not claims}, given)
    if claims and "files" not in type(action).model_fields:
        raise Problem(422, "invalid", fields=[Field("files", "extra_forbidden", {})])
    return action, claims


async def _with_files(intake: Intake, action: Action, claims: tuple[FileClaim, ...]) -> Action:
    """The action with the files that are its petition's from now on."""
    if not claims:
        return action
    with told(whole=False):
        files = await intake.files.claiming.claim(action.petition_id, claims)
    return action.model_copy(update={"files": files})


async def _found_out(intake: Intake, actor: Actor, fields: dict[str, Any]) -> dict[str, Any]:
    """What the service looks up in an office's words, so that nobody has to say it, or can leave it out."""
    finder = _FINDERS.get(fields["action"])
    if finder is None or actor.office is None:
        return {}
    name, find = finder
    return {name: await find(intake.pool, actor.office, str(fields.get("text", "")))}


_FINDERS = {"answer": ("templates", templates.used), "note": ("mentions", mentioned)}


def _receipt(petition_id: str, action_id: str) -> Response:
    return json({"action_id": action_id, "petition_id": petition_id}, status=202)


def checked(fields: dict[str, Any], given: dict[str, Any]) -> Action:
    """The action; Problem 422 for what breaks a rule. What is `given`, who, when and on which petition, is never the body's to say."""
    claimed = [Field(name, "extra_forbidden", {}) for name in given if name in fields]
    if claimed:
        raise Problem(422, "invalid", fields=claimed)
    try:
        return ACTION.validate_python({**fields, **given}, extra="forbid")
    except ValidationError as error:
        # The first step of each path is the action's name, which the body's reader does not see.
        raise from_validation(error, skip=1) from None
