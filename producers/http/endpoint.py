"""The frame around each handler: a refusal, a missing Kafka and a missing database become answers in one shape."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from producers.http.errors import NO_STORE, Refusal, answer, language
from producers.http.texts import Lang
from producers.intake.vault import VaultUnavailable
from producers.kafka.publisher import Unavailable

Handler = Callable[[Request], Awaitable[Response]]


class DatabaseAway(Exception):
    """PostgreSQL did not answer."""


def endpoint(handler: Handler) -> Handler:
    async def framed(request: Request) -> Response:
        try:
            return await handler(request)
        except Refusal as refusal:
            return answer(refusal, _lang(request))
        except (DatabaseAway, VaultUnavailable):
            return answer(Refusal(503, "database-unavailable", headers={"Retry-After": "2"}), _lang(request))
        except ClientDisconnect:
            return Response(status_code=400)

    return framed


def _lang(request: Request) -> Lang:
    return language(request.headers.get("accept-language", ""))


def kafka_away(error: Unavailable, retry_key: str) -> Refusal:
    """503; the key in the header makes a repeat safe even for a caller that had sent none."""
    headers = {"Retry-After": str(error.retry_after), "Idempotency-Key": retry_key}
    return Refusal(503, "kafka-unavailable", headers=headers)


def accepted(body: dict[str, object]) -> Response:
    return Response(orjson.dumps(body), 202, NO_STORE, "application/json")
