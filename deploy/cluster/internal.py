"""Kafka's own topics: made before anybody needs them, so that their settings can be set before anything stands in them."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from deploy.cluster.kafka import KafkaUnreachable
from schemas.events.brokers import INTERNAL_TOPICS

if TYPE_CHECKING:
    from kafka.admin import KafkaAdminClient

_PATIENCE_SECONDS, _PAUSE_SECONDS = 30.0, 0.2
_NOBODY = "petitions-migrate"


def ensure_internal(admin: KafkaAdminClient) -> None:
    """See to it that they exist. Raises KafkaUnreachable when the cluster does not make them."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while missing := set(INTERNAL_TOPICS) - set(admin.list_topics()):
        if time.monotonic() > until:
            raise KafkaUnreachable(
                f"Kafka does not make {' and '.join(sorted(missing))}: has it as many brokers as its settings "
                "offsets.topic.replication.factor and transaction.state.log.replication.factor ask for?"
            )
        _ask_for_coordinators(admin)
        time.sleep(_PAUSE_SECONDS)


def _ask_for_coordinators(admin: KafkaAdminClient) -> None:
    """The first question for a group's or a transaction's coordinator makes Kafka create the topic, whatever it answers until then."""
    from kafka.errors import KafkaError

    with suppress(KafkaError):
        admin.describe_groups([_NOBODY])
    with suppress(KafkaError):
        admin.describe_transactions([_NOBODY])
