"""`GET /v1/departments/{code}/queue/{petition_id}/contact`: whom the office deals with, once it is on record that it looks, and why.

The office asks with the action `reveal-contact`; the case stage puts it on the record, where the petitioner reads it. Only then, for a
day, and as long as the case is the office's, the contact is shown, and with it what else the same citizen has reported to this office.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import psycopg
from starlette.requests import Request
from starlette.responses import Response

from producers.http.earlier import earlier
from producers.http.endpoint import DatabaseAway, endpoint
from producers.http.state import Intake
from producers.intake.requests import Contact
from producers.intake.vault import unseal
from schemas.authority import Call
from schemas.events import tracking
from schemas.platform.clock import to_datetime
from schemas.reference import TRIAGE_OFFICE
from schemas.web import Handler, Problem, json

SHOWN_FOR = timedelta(days=1)
_QUERY = """
select petition::text, coalesce(office, %(triage)s) = %(office)s as mine,
       (select max(at) from timeline t where t.petition_id = p.petition_id and type = 'contact-revealed'
        and data->'actor'->>'office' = %(office)s) as revealed
from petition p where petition_id = %(petition)s
"""


def contact(intake: Intake) -> Handler:
    async def handle(request: Request) -> Response:
        acting, petition_id = await intake.callers.at_office(request, Call.ACT), request.path_params["petition_id"]
        found = await _found(intake, petition_id, acting.office) if tracking.is_petition_id(petition_id) else None
        if found is None or not found["mine"]:
            raise Problem(404, "unknown-petition")
        if found["revealed"] is None or to_datetime(intake.clock.now_ms()) - found["revealed"] > SHOWN_FOR:
            raise Problem(403, "not-revealed")
        opened = await _opened(intake, petition_id, found["petition"])
        others = await _earlier(intake, acting.office, petition_id)
        return json({**opened.model_dump(exclude_none=True), "earlier": others}, headers={"Cache-Control": "no-store"})

    return endpoint(handle)


async def _earlier(intake: Intake, office: str, petition_id: str) -> list[dict[str, Any]]:
    try:
        return await earlier(intake.pool, office, petition_id)
    except (psycopg.OperationalError, TimeoutError) as error:
        raise DatabaseAway(str(error)) from error


async def _found(intake: Intake, petition_id: str, office: str) -> dict[str, Any] | None:
    given = {"petition": petition_id, "office": office, "triage": TRIAGE_OFFICE}
    try:
        async with intake.pool.connection() as connection:
            row = await (await connection.execute(_QUERY, given)).fetchone()
    except (psycopg.OperationalError, TimeoutError) as error:
        raise DatabaseAway(str(error)) from error
    return None if row is None else {"petition": row[0], "mine": row[1], "revealed": row[2]}


async def _opened(intake: Intake, petition_id: str, petition: str | None) -> Contact:
    sealed = orjson.loads(intake.open_value((petition or "{}").encode())).get("contact_sealed")
    key = await intake.vault.read(petition_id) if sealed else None
    if key is None:
        raise Problem(404, "no-contact")
    return unseal(key, petition_id, sealed)
