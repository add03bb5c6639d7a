"""One action on many cases: each for itself, as if it had been asked for alone, with an outcome by case."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from producers.http.actions import act, action_fields, actor_on
from producers.http.body import idempotency_key
from producers.http.endpoint import endpoint
from producers.http.holding import find
from producers.http.state import Intake
from schemas.authority import STRANGER, Call, Denial, speaks_as
from schemas.events.base import PetitionId
from schemas.events.tracking import is_petition_id
from schemas.identity.callers import Acting
from schemas.reference.texts import Language, rule_text
from schemas.web import Handler, Problem, broken, json, language
from schemas.web.problems import details

BULK_ACTIONS = ("accept", "answer", "transfer", "assign", "note")
"""What people do to many cases at once. A question, a refusal or a merge is about one."""
AT_MOST = 200
_AT_ONCE = 8
BAD_FIELDS = 422


class CaseOutcome(BaseModel):
    """What came of it for one case: `action_id` when it was taken in; else the problem's `code`, and what to tell a person."""

    petition_id: PetitionId
    action_id: str | None = None
    code: str | None = None
    detail: str | None = None


class BulkOutcome(BaseModel):
    """In the order of the request. In a preview nothing is asked for, and a case without a `code` could be acted on."""

    preview: bool
    outcomes: list[CaseOutcome] = Field(max_length=AT_MOST)


def bulk_action(intake: Intake) -> Handler:
    """`POST /v1/departments/{code}/actions`: the fields of the action, `petition_ids`, and `preview`."""

    async def handle(request: Request) -> Response:
        acting = await intake.callers.at_office(request, Call.ACT)
        key, lang = idempotency_key(request), language(request)
        fields = await action_fields(intake, request, BULK_ACTIONS)
        ids, preview = _ids(fields.pop("petition_ids", None)), fields.pop("preview", False) is True
        limit = asyncio.Semaphore(_AT_ONCE)

        async def one(petition_id: str) -> dict[str, Any]:
            async with limit:
                if preview:
                    return await _foreseen(intake, petition_id, acting, fields["action"], lang)
                return await _done(intake, petition_id, acting, fields, key, lang)

        return json({"preview": preview, "outcomes": await asyncio.gather(*map(one, ids))})

    return endpoint(handle)


async def _foreseen(intake: Intake, petition_id: str, acting: Acting, action: str, lang: Language) -> dict[str, Any]:
    """As the read model shows the case; the case stage has the last word."""
    case = await find(intake.pool, petition_id)
    denial = speaks_as(acting.roles, acting.office, case, action)[1] if case is not None else Denial.NOT_YOUR_CASE
    if denial in STRANGER:
        denial = Denial.NOT_YOUR_CASE  # who is no superior would not know what is meant by the decider
    return _outcome(petition_id, code=denial and denial.value, detail=denial and rule_text(denial.value, lang))


async def _done(  # noqa: PLR0917 -- what was asked for, and by whom
    intake: Intake, petition_id: str, acting: Acting, fields: dict[str, Any], key: str | None, lang: Language
) -> dict[str, Any]:
    """A case that is refused is no reason to leave out the others."""
    try:
        actor = await actor_on(intake, petition_id, acting, fields["action"])
        return _outcome(petition_id, action_id=await act(intake, petition_id, actor, fields, key))
    except Problem as problem:
        if problem.status == BAD_FIELDS:
            raise  # the action itself is wrong, for every case alike
        return _outcome(petition_id, code=problem.code, detail=details(problem, lang)["detail"])


def _outcome(petition_id: str, **found: Any) -> dict[str, Any]:
    return CaseOutcome(petition_id=petition_id, **found).model_dump()


def _ids(given: Any) -> Sequence[str]:
    """Each once. Raise Problem 422 for none, too many, or what is no petition's id."""
    found = list(dict.fromkeys(map(str, given))) if isinstance(given, list) else []
    if not 1 <= len(found) <= AT_MOST or not all(map(is_petition_id, found)):
        raise broken("petition_ids", "petition_ids", status=BAD_FIELDS, most=AT_MOST)
    return found
