"""How an office shares its work: saved views, its people and who is away, who has a case open. For persons who have signed in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consumers.desk import people, presence
from consumers.desk import views as saved
from consumers.http.answers import AbsenceRequest, PresenceRequest, ViewRequest
from consumers.http.body import given
from consumers.http.contract import ABSENCE, PEOPLE, PRESENCE, REMOVE_VIEW, SAVE_VIEW, VIEWS
from consumers.http.departments import case_of
from consumers.http.endpoint import endpoint
from consumers.http.state import Views
from schemas.authority import Call
from schemas.identity.callers import Acting
from schemas.platform.instants import to_datetime
from schemas.web import Handler, Problem, json
from schemas.web.contract import Operation

_NUMBER_LONGEST = 18


def desk_routes(views: Views) -> list[Route]:
    """All of the desk's own calls."""
    handlers = ((PRESENCE, _present(views)), *_of_views(views), *_of_people(views))
    return [operation.route(endpoint(handler)) for operation, handler in handlers]


async def person_at(views: Views, request: Request, call: Call = Call.READ_CASES) -> Acting:
    """Raise Problem 403 for a program: it has no desk."""
    acting = await views.callers.at_office(request, call)
    if acting.id is None:
        raise Problem(403, "person-needed")
    return acting


def _of_views(views: Views) -> tuple[tuple[Operation, Handler], ...]:
    reader = views.reader

    async def list_views(request: Request) -> Response:
        acting = await views.callers.at_office(request, Call.READ_CASES)
        return json({"views": await saved.listed(reader, acting)})

    async def save_view(request: Request) -> Response:
        acting, view = await person_at(views, request), await given(ViewRequest, request)
        made = await saved.save(reader, acting, view.name, view.query, shared=view.shared)
        if made is None:
            raise Problem(409, "too-many-views", most=saved.AT_MOST)
        return json(made, status=201)

    async def remove_view(request: Request) -> Response:
        acting, text = await person_at(views, request), request.path_params["view"]
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= _NUMBER_LONGEST else 0
        if not await saved.remove(reader, acting, number):
            raise Problem(404, "unknown-view")
        return json({})

    return (VIEWS, list_views), (SAVE_VIEW, save_view), (REMOVE_VIEW, remove_view)


def _of_people(views: Views) -> tuple[tuple[Operation, Handler], ...]:
    reader, clock = views.reader, views.settings.clock()

    async def list_people(request: Request) -> Response:
        acting = await views.callers.at_office(request, Call.READ_CASES)
        return json({"people": await people.listed(reader, acting.office, to_datetime(clock.now_ms())), "me": acting.id})

    async def absence(request: Request) -> Response:
        acting, said = await person_at(views, request, Call.ACT), await given(AbsenceRequest, request)
        assert acting.id is not None
        colleagues = {one["id"] for one in await people.listed(reader, acting.office, to_datetime(clock.now_ms()))}
        if said.stand_in is not None and said.stand_in not in colleagues - {acting.id}:
            raise Problem(422, "unknown-colleague")
        if said.until is None:
            await people.back(reader, acting.id, acting.office)
        else:
            await people.away(reader, acting.id, acting.office, said.until, said.stand_in)
        return json({})

    return (PEOPLE, list_people), (ABSENCE, absence)


def _present(views: Views) -> Handler:
    async def present(request: Request) -> Response:
        acting, said = await person_at(views, request), await given(PresenceRequest, request)
        petition_id = request.path_params["petition_id"]
        await case_of(views, request)
        here = (
            presence.here(views.reader, acting, petition_id, writing=said.writing)
            if said.open
            else presence.gone(views.reader, acting, petition_id)
        )
        found = await here
        views.queues.tell(acting.office, {"petition_id": petition_id, "present": found})
        return json({"present": found, "again_seconds": presence.HOLDS_SECONDS * 2 // 5})

    return present
