"""For people at a desk, beside the queue: templates, a case's like, proposals to merge, mentions, what is late."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consumers.http.contract_casework import BESIDE, DECISIONS, LATE, LEARNT, MENTIONS, PROPOSALS, TEMPLATES
from consumers.http.departments import as_he_may_read, may_see, stands_above
from consumers.http.endpoint import endpoint
from consumers.http.state import Views
from consumers.read_model import casework as reading
from consumers.read_model import learnt as learning
from consumers.views import casework as view
from schemas.authority import AUTHORITY, Call
from schemas.events.base import Role
from schemas.events.tracking import is_petition_id
from schemas.platform.instants import iso, to_datetime
from schemas.reference import below
from schemas.web import Problem, json, language

PROPOSALS_AT_MOST, MENTIONS_AT_MOST, LATE_AT_MOST, DECISIONS_AT_MOST, MISTAKES_AT_MOST = 50, 50, 300, 100, 12
MENTIONED_WITHIN = LEARNT_WITHIN = timedelta(days=30)
SOON = timedelta(hours=24)
"""Wall time: what is due so soon is about to be late."""


def casework_routes(views: Views) -> list[Route]:
    clock = views.settings.clock()

    async def templates(request: Request) -> Response:
        acting = await views.callers.at_office(request, Call.READ_CASES)
        rows = await reading.templates(views.reader, acting.office)
        return json({"templates": [{**row, "updated_at": iso(row["updated_at"])} for row in rows]})

    async def beside(request: Request) -> Response:
        acting = await views.callers.at_office(request, Call.READ_CASES)
        petition_id = request.path_params["petition_id"]
        found = await views.reader.snapshot(petition_id) if is_petition_id(petition_id) else None
        if found is None or not (may_see(acting.office, found) or stands_above(acting, found)):
            raise Problem(404, "unknown-petition")
        near = view.beside(acting.office, await reading.near(views.reader, petition_id), language(request))
        return json(as_he_may_read(acting, near, language(request)))

    async def proposals(request: Request) -> Response:
        acting, lang = await views.callers.at_office(request, Call.READ_CASES), language(request)
        whose = _whose_cases_may_be_merged(acting.office, acting.roles)
        rows = await reading.proposals(views.reader, whose, AUTHORITY["merge"].states, PROPOSALS_AT_MOST)
        return json(as_he_may_read(acting, {"proposals": [view.proposal(acting.office, row, lang) for row in rows]}, lang))

    async def mentions(request: Request) -> Response:
        acting, lang = await views.callers.at_office(request, Call.READ_CASES), language(request)
        since = to_datetime(clock.now_ms()) - MENTIONED_WITHIN
        rows = await reading.mentions(views.reader, acting.id, since, MENTIONS_AT_MOST) if acting.id else []
        return json({"mentions": [view.mention(acting.office, row, lang) for row in rows]})

    async def late(request: Request) -> Response:
        acting, lang = await views.callers.at_office(request, Call.READ_CASES), language(request)
        now = to_datetime(clock.now_ms())
        offices = [acting.office, *(below(acting.office) if acting.branch else ())]
        rows = await reading.late(views.reader, offices, now, now + SOON, LATE_AT_MOST)
        return json(as_he_may_read(acting, {"at": iso(now), **view.lateness(acting.office, rows, now, lang)}, lang))

    async def decisions(request: Request) -> Response:
        acting, lang = await views.callers.at_office(request, Call.READ_CASES), language(request)
        now = to_datetime(clock.now_ms())
        rows = await reading.decisions(views.reader, acting.office, DECISIONS_AT_MOST)
        return json(as_he_may_read(acting, {"decisions": [view.decision(acting.office, row, now, lang) for row in rows]}, lang))

    async def learnt(request: Request) -> Response:
        await views.callers.at_office(request, Call.READ_CASES)
        since = to_datetime(clock.now_ms()) - LEARNT_WITHIN
        models = await learning.models(views.reader, since)
        return json(
            {
                "since": iso(since),
                "models": [{**row, "first_seen": iso(row["first_seen"])} for row in models],
                "mistakes": await learning.mistakes(views.reader, since, MISTAKES_AT_MOST),
                "corrections": await learning.corrections(views.reader, since),
            }
        )

    return [
        TEMPLATES.route(endpoint(templates)),
        BESIDE.route(endpoint(beside)),
        PROPOSALS.route(endpoint(proposals)),
        MENTIONS.route(endpoint(mentions)),
        LATE.route(endpoint(late)),
        DECISIONS.route(endpoint(decisions)),
        LEARNT.route(endpoint(learnt)),
    ]


def _whose_cases_may_be_merged(office: str, roles: tuple[Role, ...]) -> tuple[str, ...] | None:
    """By the table of authority triage joins all that belongs together, a superior what is below it, and an office nothing."""
    if Role.TRIAGE in roles:
        return None
    return below(office) if Role.SUPERIOR in roles else ()
