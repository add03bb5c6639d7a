"""`POST /v1/petitions/{tracking_code}/same-as`: who has handed in a petition says that another, which he found nearby, is his matter too.

A person of the offices decides, as about every such proposal: nobody can press himself into another's petition.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from producers.http.actions import act, candidates
from producers.http.body import parse, read_json_body
from producers.http.endpoint import endpoint
from producers.http.holding import wait_for_one
from producers.http.state import Intake
from schemas.events.base import SYSTEM, Model
from schemas.events.numbers import NUMBER_PATTERN, Numbers
from schemas.web import Handler, Problem, broken, json

_REASON = "Người gửi cho biết đây là cùng một việc"


class SameAs(Model):
    """`number`: the other petition's public number."""

    number: Annotated[str, Field(pattern=NUMBER_PATTERN, examples=["m7jzq4x2kd3v5t6wbn2oy4hrce"])]


def same_as(intake: Intake) -> Handler:
    numbers = Numbers(intake.codes.secrets)

    async def handle(request: Request) -> Response:
        ids = candidates(intake, request.path_params["tracking_code"])
        petition_id = await wait_for_one(intake.pool, ids, intake.settings.action_wait_ms / 1000)
        if petition_id is None:
            raise Problem(404, "unknown-petition")
        said = parse(SameAs, await read_json_body(request, intake.settings.body_limit))
        leader = numbers.petition_of(said.number)
        if leader is None:
            raise broken("number", "unknown_number", status=422)
        fields = {"action": "propose-merge", "into": leader, "similarity": 1.0, "reason": _REASON}
        return json(
            {"action_id": await act(intake, petition_id, SYSTEM, fields, f"same-as:{leader}"), "petition_id": petition_id}, status=202
        )

    return endpoint(handle)
