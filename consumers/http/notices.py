"""For citizens: who wants news of a petition, and where; the links in what is sent confirm it and end it, without any login."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from typing import TypeVar

import psycopg
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consumers.http.contract import NOTICE_LINK, NOTICES, SUBSCRIBE
from consumers.http.endpoint import endpoint
from consumers.http.petitions import identify
from consumers.http.state import Views
from consumers.http.wishes import Subscription
from consumers.notifier import book, signing
from consumers.notifier.decide import not_before
from consumers.notifier.policy import policy
from schemas.platform.clock import to_datetime
from schemas.platform.instants import to_ms
from schemas.platform.keyring import KeyringFile, path_of
from schemas.web import Problem, from_validation, json, language
from schemas.web.problems import broken

T = TypeVar("T")
_LIMIT_BYTES = 4096
_BROWSER = "webpush"


def notice_routes(views: Views) -> list[Route]:
    keys = cache(lambda: KeyringFile(views.settings.keyring_file))

    async def show(request: Request) -> Response:
        _, ids = identify(views, request.path_params["tracking_code"])
        snapshot = await views.reader.snapshot(*ids)
        if snapshot is None:
            raise Problem(404, "unknown-petition")
        petition_id = snapshot.petition_id
        found = await with_database(views, partial(book.of_petition, petition_id=petition_id))
        media = views.settings.media()
        push_key = signing.push_public_key(views.keys.secrets) if _BROWSER in media else None
        return json({"media": media, "notices": list(policy().notices), "receivers": found, "push_key": push_key})

    async def subscribe(request: Request) -> Response:
        code, ids = identify(views, request.path_params["tracking_code"])
        snapshot = await views.reader.snapshot(*ids)
        if snapshot is None:
            raise Problem(404, "unknown-petition")
        petition_id = snapshot.petition_id
        wish = await _wish(request)
        if wish.medium not in views.settings.media():
            raise broken("medium", "literal_error", status=422, expected=", ".join(views.settings.media()) or "—")
        path = path_of(petition_id, to_ms(datetime.fromisoformat(snapshot.case["received_at"])))
        wanted = book.Wanted(petition_id, path, wish.medium, wish.address, wish.notices, language(request), code)
        now = to_datetime(views.settings.clock().now_ms())
        due = not_before(policy().quiet, wish.medium, now)
        # Whoever has a browser's subscription was allowed it there: it needs no question.
        confirmed = wish.medium == _BROWSER
        subscribed = partial(book.subscribe, keys(), views.keys.secrets, wanted=wanted, confirmed=confirmed, due=due)
        try:
            receiver = await with_database(views, subscribed)
        except book.TooMany:
            raise Problem(429, "too-many-notices") from None
        except book.Erased:
            raise Problem(404, "unknown-petition") from None
        link = signing.link_token(views.keys.secrets[0], "leave", receiver)
        return json({"state": "active", "leave": f"/notices/leave/{link}"} if confirmed else {"state": "waiting"}, status=202)

    async def follow_link(request: Request) -> Response:
        purpose = request.path_params["purpose"]
        receiver = signing.receiver_of(views.keys.secrets, purpose, request.path_params["token"]) if purpose in _DOES else None
        if receiver is None:
            raise Problem(404, "not-found")
        done = await with_database(views, partial(_DOES[purpose], receiver=receiver))
        return json({"done": done})

    return [NOTICES.route(endpoint(show)), SUBSCRIBE.route(endpoint(subscribe)), NOTICE_LINK.route(endpoint(follow_link))]


_DOES: dict[str, Callable[..., bool]] = {"confirm": book.confirm, "leave": book.leave}


async def _wish(request: Request) -> Subscription:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LIMIT_BYTES:
            raise Problem(413, "too-large", limit=_LIMIT_BYTES)
    try:
        return Subscription.model_validate_json(bytes(body))
    except ValidationError as error:
        raise from_validation(error) from None


async def with_database(views: Views, work: Callable[[psycopg.Connection[object]], T]) -> T:
    """In a thread: these calls are seldom, and share their code with the commands."""

    def connected() -> T:
        with psycopg.connect(views.settings.database_url.get_secret_value(), autocommit=True, connect_timeout=3) as connection:
            return work(connection)

    return await asyncio.to_thread(connected)
