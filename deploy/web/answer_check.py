"""`POST /v1/departments/{code}/queue/{petition_id}/answer-check`: what the rule on substance says of an answer while it is written.

It stands here because it needs both the case stage's rule and what HTTP shows; nothing is published and nothing happens to the case.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consumers.http.endpoint import endpoint
from consumers.read_model.casework import templates
from consumers.read_model.reading import Reader
from producers.http.actions import checked_with_claims
from producers.http.body import parse_object, read_json_body
from producers.http.contract import without_given
from schemas.authority import STRANGER, Call, Denial, Holding, speaks_as
from schemas.events.actions import Answer
from schemas.events.base import Actor, Role
from schemas.events.files import FileKind, FileRef
from schemas.events.templates import used_in
from schemas.events.tracking import is_petition_id
from schemas.identity.callers import Callers
from schemas.platform.clock import to_datetime
from schemas.platform.settings import ProcessSettings
from schemas.reference.texts import rule_text
from schemas.web import Problem, json, language
from schemas.web import contract as web
from streams.case.policy.directory import PolicyDirectory
from streams.case.trial import weakness_of
from streams.settings import StreamSettings

_BODY_LIMIT = 256 * 1024
_NAMED = FileRef(id="0" * 32, kind=FileKind.IMAGE, size=1, sha256="0" * 64)
"""In the place of an uploaded file, of which the rule only asks whether there is one."""


class AnswerVerdict(BaseModel):
    """Whether the answer would be sent on. That the same words went to many others already shows only when it is sent."""

    passes: bool
    rule: str | None = Field(description="The first rule that it breaks.")
    why: str | None = Field(description="The rule in words.")


ANSWER_CHECK = web.Operation(
    name="checkAnswer",
    method="POST",
    path="/v1/departments/{code}/queue/{petition_id}/answer-check",
    tag="Offices",
    summary="What the rule on substance says of an answer, before it is sent.",
    caller=web.Caller.OFFICE,
    parameters=(web.OFFICE_CODE, web.PETITION_ID),
    body=web.Body(without_given(Answer), {"too short": {"action": "answer", "result": "done", "text": "Xong"}}),
    answer=web.Answer("The verdict.", AnswerVerdict),
    refusals=(*web.NO_OFFICE, *web.NO_JSON, (404, "unknown-petition"), (503, "database-unavailable")),
)


def answer_check_route(settings: ProcessSettings, callers: Callers, reader: Reader) -> Route:
    policies = PolicyDirectory(StreamSettings().policy_dir, every_s=30)
    clock = settings.clock()

    async def check(request: Request) -> Response:
        acting = await callers.at_office(request, Call.ACT)
        petition_id = request.path_params["petition_id"]
        view = await _view(reader, petition_id)
        if view is None or not _concerns(acting.roles, acting.office, view):
            raise Problem(404, "unknown-petition")
        fields, now = parse_object(await read_json_body(request, _BODY_LIMIT)), clock.now_ms()
        own = [row["text"] for row in await templates(reader, acting.office)]
        given = {
            "petition_id": petition_id,
            "actor": Actor(role=Role.OFFICE, office=acting.office),
            "requested_at": to_datetime(now),
            "templates": used_in(own, str(fields.get("text", ""))),
        }
        answer, claims = checked_with_claims({**fields, "action": "answer"}, given)
        assert isinstance(answer, Answer)
        if claims:  # whether they are there is seen when the answer is sent
            answer = answer.model_copy(update={"files": tuple(_NAMED.model_copy(update={"id": one.id}) for one in claims)})
        rule = weakness_of(answer, view, policies.book(), now)
        return json({"passes": rule is None, "rule": rule, "why": rule and rule_text(rule, language(request))})

    return ANSWER_CHECK.route(endpoint(check))


async def _view(reader: Reader, petition_id: str) -> dict[str, Any] | None:
    found = await reader.rows("select view from petition where petition_id = %s", (petition_id,)) if is_petition_id(petition_id) else []
    return found[0]["view"] if found else None


def _concerns(roles: tuple[Role, ...], office: str, view: dict[str, Any]) -> bool:
    denial = speaks_as(roles, office, Holding.of(view), "answer")[1]
    return denial not in STRANGER | {Denial.ROLE_NOT_ALLOWED}
