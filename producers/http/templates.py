"""Templates of an office's replies: kept here by its people, and looked for in what they answer (`schemas.events.templates`)."""

from __future__ import annotations

from typing import Annotated

from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from producers.http.body import parse, read_json_body
from producers.http.endpoint import endpoint
from producers.http.state import Intake
from schemas.authority import Call
from schemas.events.strings import Clean
from schemas.events.templates import Template, used_in
from schemas.web import Handler, Problem, broken, json

AT_MOST = 100
"""So many templates an office may have."""
NAME_AT_MOST = 80
_TEXTS = "select text from reply_template where office = %s order by name"
_PUT = """
insert into reply_template (office, name, text, updated_by)
select %(office)s, %(name)s, %(text)s, %(by)s
where exists (select from reply_template where office = %(office)s and name = %(name)s)
   or (select count(*) from reply_template where office = %(office)s) < %(most)s
on conflict (office, name) do update set text = excluded.text, updated_by = excluded.updated_by, updated_at = now()
returning name
"""
_DELETE = "delete from reply_template where office = %s and name = %s returning name"


class TemplateText(BaseModel):
    """`text` may have {street}, {ward}, {category}, {deadline}, {office} and {received}, which the case fills, and {blanks} for people."""

    text: Template


class KeptTemplate(TemplateText):
    name: Annotated[str, StringConstraints(min_length=1, max_length=NAME_AT_MOST), Clean]


async def used(pool: AsyncConnectionPool, office: str, text: str) -> tuple[str, ...]:
    """Those of the office whose words are in the text."""
    async with pool.connection() as connection:
        rows = await (await connection.execute(_TEXTS, (office,))).fetchall()
    return used_in((row[0] for row in rows), text)


def keep_template(intake: Intake) -> Handler:
    """`PUT /v1/departments/{code}/templates/{name}`: new, or in the place of the one with this name."""

    async def handle(request: Request) -> Response:
        acting = await intake.callers.at_office(request, Call.ACT)
        name = _name(request)
        given = parse(TemplateText, await read_json_body(request, intake.settings.body_limit))
        values = {"office": acting.office, "name": name, "text": given.text, "by": acting.id, "most": AT_MOST}
        async with intake.pool.connection() as connection:
            row = await (await connection.execute(_PUT, values)).fetchone()
        if row is None:
            raise Problem(409, "too-many-templates", most=AT_MOST)
        return json({"name": name, "text": given.text})

    return endpoint(handle)


def drop_template(intake: Intake) -> Handler:
    """`DELETE /v1/departments/{code}/templates/{name}`."""

    async def handle(request: Request) -> Response:
        acting = await intake.callers.at_office(request, Call.ACT)
        async with intake.pool.connection() as connection:
            row = await (await connection.execute(_DELETE, (acting.office, _name(request)))).fetchone()
        if row is None:
            raise Problem(404, "unknown-template")
        return json({})

    return endpoint(handle)


def _name(request: Request) -> str:
    """Raise Problem 400 for one that is too long, or that no database can hold."""
    name: str = request.path_params["name"].strip()
    if not 1 <= len(name) <= NAME_AT_MOST or not name.isprintable():
        raise broken("name", "string_too_long", max_length=NAME_AT_MOST)
    return name
