"""The frame around each handler here, and how each of them hands its event to Kafka."""

from __future__ import annotations

import psycopg
from psycopg_pool import PoolTimeout

from producers.http.bridge import AsyncPublisher
from producers.intake.vault import VaultUnavailable
from producers.kafka.publisher import Outgoing, Unavailable
from schemas import web
from schemas.web import Handler, Problem


class DatabaseAway(Exception):
    """PostgreSQL did not answer."""


def endpoint(handler: Handler) -> Handler:
    """A missing database is a 503 in the one shape of errors."""
    return web.endpoint(handler, away=(DatabaseAway, VaultUnavailable, psycopg.OperationalError, PoolTimeout))


async def publish(publisher: AsyncPublisher, event: Outgoing, retry_key: str) -> None:
    """Return when Kafka has the event, else raise Problem 503; its key makes a repeat safe even for a caller that had sent none."""
    try:
        await publisher.publish(event)
    except Unavailable as error:
        headers = {"Retry-After": str(error.retry_after), "Idempotency-Key": retry_key}
        raise Problem(503, "kafka-unavailable", headers=headers) from None
