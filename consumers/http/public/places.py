"""Following a ward, a street there, or a whole street, by mail. Who asks is not known: the address is asked before it gets anything."""

from __future__ import annotations

from functools import partial

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consumers.http.body import given
from consumers.http.endpoint import endpoint
from consumers.http.notices import with_database
from consumers.http.public.answering import Showing, cacheable
from consumers.http.public.contract_places import FOLLOW, FOLLOWING, FollowRequest
from consumers.notifier.book import TooMany
from consumers.notifier.decide import not_before
from consumers.notifier.places.place import Place
from consumers.notifier.places.wishes import Wish, follow
from consumers.notifier.policy import policy
from consumers.views.public import streets_by_code
from schemas.reference import wards
from schemas.web import Problem, broken, json, language

_MEDIUM = "email"


def place_routes(showing: Showing) -> list[Route]:
    views, rules = showing.views, policy()
    possible = _MEDIUM in views.settings.media()

    async def show(request: Request) -> Response:
        told = {"possible": possible, "at": f"{rules.places.at:%H:%M}", "working_days": rules.places.working_days}
        return cacheable(request, orjson.dumps(told))

    async def ask(request: Request) -> Response:
        said = await given(FollowRequest, request)
        if not possible:
            raise Problem(409, "no-mail")
        wish, due = Wish(_place(said), said.email, language(request)), not_before(rules.quiet, _MEDIUM, showing.now)
        try:
            await with_database(views, partial(follow, named=views.keys.secrets, wish=wish, due=due))
        except TooMany:
            raise Problem(429, "too-many-places") from None
        return json({"state": "waiting"}, status=202)

    return [FOLLOWING.route(endpoint(show)), FOLLOW.route(endpoint(ask))]


def _place(said: FollowRequest) -> Place:
    """Raise Problem 422 for a code that none has, and for no code at all."""
    if said.ward is None and said.street is None:
        raise broken("ward", "missing", status=422)
    for name, code, known in (("ward", said.ward, wards()), ("street", said.street, streets_by_code())):
        if code is not None and code not in known:
            raise broken(name, f"unknown_{name}", status=422)
    return Place(said.ward, said.street)
