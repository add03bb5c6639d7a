"""For the hotline: a caller's petitions by his number, of which each search is on record, and one of them, once it is on record that it is
opened for him.

The list says of each what and when and where it stands, and no word of anybody; the words are personal, and their citizen reads who has
read them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consumers.http.body import given
from consumers.http.contract_hotline import LISTED_AT_MOST, OPENED, SEARCH, SHOW
from consumers.http.endpoint import endpoint
from consumers.http.state import Views
from consumers.read_model import callers
from consumers.timeline import TimelineEntry
from consumers.views import citizen as citizen_view
from schemas.authority import Call
from schemas.events import phones
from schemas.events.tracking import is_petition_id
from schemas.identity.callers import Caller
from schemas.platform.instants import to_datetime
from schemas.web import Problem, json, language

SHOWN_FOR = timedelta(hours=1)
"""After it was put on record."""


def hotline_routes(views: Views) -> list[Route]:
    clock = views.settings.clock()

    async def search(request: Request) -> Response:
        person = (await views.callers.allowed(request, Call.TAKE_CALLS)).person
        if person is None:
            raise Problem(403, "not-your-duty")
        number = await given(phones.OfCaller, request)
        mark = phones.mark(views.keys.secrets[-1], number.phone)
        rows = await callers.of_phone(views.reader, mark, person.id, LISTED_AT_MOST)
        lang = language(request)
        return json({"items": [citizen_view.line(row["petition_id"], row["view"], lang) for row in rows]})

    async def show(request: Request) -> Response:
        who, petition_id = await views.callers.allowed(request, Call.TAKE_CALLS), request.path_params["petition_id"]
        found = await views.reader.snapshot(petition_id) if is_petition_id(petition_id) else None
        if found is None or not _opened(found.entries, who, to_datetime(clock.now_ms())):
            raise Problem(403, "not-looked-up")
        shown = citizen_view.petition("", petition_id, found.case, found.entries, language(request), found.petition)
        return json({name: shown[name] for name in OPENED}, headers={"Cache-Control": "no-store"})

    return [SEARCH.route(endpoint(search)), SHOW.route(endpoint(show))]


def _opened(entries: Sequence[TimelineEntry], who: Caller, now: datetime) -> bool:
    """Whether the record says that this person has opened it a little while ago."""
    mine = [entry for entry in entries if entry.what == "looked-up" and who.person and entry.data["actor"].get("id") == who.person.id]
    return bool(mine) and now - datetime.fromisoformat(mine[-1].at) < SHOWN_FOR
