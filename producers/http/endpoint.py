"""The frame around each handler here, and what is answered while Kafka is away."""

from __future__ import annotations

from producers.intake.vault import VaultUnavailable
from producers.kafka.publisher import Unavailable
from schemas import web
from schemas.web import Handler, Problem


class DatabaseAway(Exception):
    """PostgreSQL did not answer."""


def endpoint(handler: Handler) -> Handler:
    """A missing database is a 503 in the one shape of errors."""
    return web.endpoint(handler, away=(DatabaseAway, VaultUnavailable))


def kafka_away(error: Unavailable, retry_key: str) -> Problem:
    """503; the key in the header makes a repeat safe even for a caller that had sent none."""
    headers = {"Retry-After": str(error.retry_after), "Idempotency-Key": retry_key}
    return Problem(503, "kafka-unavailable", headers=headers)
