"""Who of an office wants the morning digest, and where. For persons who have signed in."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consumers.http.body import given
from consumers.http.contract_digest import ASK_DIGEST, DIGEST, DigestRequest
from consumers.http.desk import person_at
from consumers.http.endpoint import endpoint
from consumers.http.notices import with_database
from consumers.http.state import Views
from consumers.notifier.digest import wishes
from consumers.notifier.policy import policy
from schemas.authority import Call
from schemas.web import Problem, json, language


def digest_routes(views: Views) -> list[Route]:
    """To see one's wish, and to change it."""
    secret, rules = views.keys.secrets[-1], policy().digest
    possible = "email" in views.settings.media()

    async def show(request: Request) -> Response:
        acting = await person_at(views, request, Call.ACT)
        assert acting.id is not None
        found = await with_database(views, partial(wishes.wish_of, secret=secret, person=acting.id))
        mine = {"address": found.address if found else None, "here": found is not None and acting.office in found.offices}
        return json({"possible": possible, "at": f"{rules.at:%H:%M}", "domains": rules.domains, **mine})

    async def ask(request: Request) -> Response:
        acting, said = await person_at(views, request, Call.ACT), await given(DigestRequest, request)
        assert acting.id is not None
        if not possible:
            raise Problem(409, "no-digest")
        if said.address is None:
            await with_database(views, partial(wishes.stop, person=acting.id, office=acting.office))
            return json({})
        if not wishes.is_taken(said.address, rules):
            raise Problem(422, "no-office-address", domains=", ".join(f"@{one}" for one in rules.domains))
        asked = wishes.Asked(acting.id, acting.office, said.address, language(request))
        await with_database(views, partial(wishes.ask, secret=secret, asked=asked))
        return json({})

    return [DIGEST.route(endpoint(show)), ASK_DIGEST.route(endpoint(ask))]
