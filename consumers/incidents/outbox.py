"""The outbox: requests that were written with the effect that led to them go to Kafka afterwards.

At least once, under ids by which the case stage knows a repeat.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import psycopg
from kafka import KafkaProducer
from kafka.errors import KafkaError

from consumers.incidents.requests import message
from schemas.platform import metrics
from schemas.platform.settings import ProcessSettings

_AT_ONCE = 500
_UNSENT = """
select event_id, petition_id, value, requested_at from incident_request
where sent_at is null order by requested_at, event_id limit %s for update skip locked
"""
_SENT = "update incident_request set sent_at = now() where event_id = any(%s)"


def connect(settings: ProcessSettings) -> KafkaProducer:
    """Raise KafkaError when no broker answers."""
    return KafkaProducer(
        **settings.client(),
        client_id="incidents",
        acks="all",
        enable_idempotence=True,
        allow_auto_create_topics=False,
        delivery_timeout_ms=15_000,
        request_timeout_ms=7_000,
        bootstrap_timeout_ms=5000,
        metrics_enabled=False,
    )


class Outbox:
    """The waiting requests, through a connection of its own: the memory's may be in a transaction."""

    def __init__(self, connection: psycopg.Connection[Any], producer: KafkaProducer) -> None:
        self._connection, self._producer = connection, producer

    def send_waiting(self) -> int:
        """Send what waits, also what a member before left behind; how many. Raise KafkaError when one is not acknowledged,
        psycopg.OperationalError when the database is away.

        The order: 1. take and lock; 2. send; 3. wait for the acknowledgements; 4. mark as sent. A crash before 4 sends again.
        """
        with self._connection.transaction():
            waiting = self._connection.execute(_UNSENT, (_AT_ONCE,)).fetchall()
            if not waiting:
                return 0
            self._publish([self._producer.send(**message(*row)) for row in waiting])
            self._connection.execute(_SENT, ([row[0] for row in waiting],))
        metrics.PUBLISHED().labels("incidents").inc(len(waiting))
        return len(waiting)

    def _publish(self, futures: list[Any]) -> None:
        self._producer.flush(timeout=20)
        for future in futures:
            if not future.is_done:
                raise KafkaError("a request was not acknowledged in 20 s")
            if future.failed():
                raise future.exception

    def close(self) -> None:
        with suppress(KafkaError):  # what was not acknowledged is not marked as sent either
            self._producer.close(timeout=3)
        self._connection.close()
