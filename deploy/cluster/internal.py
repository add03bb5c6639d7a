"""Kafka's own topics: made before anybody needs them, so that their settings can be set before anything stands in them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from deploy.cluster.kafka import KafkaUnreachable
from schemas.events.brokers import INTERNAL_TOPICS

if TYPE_CHECKING:
    from kafka.admin import KafkaAdminClient

_PATIENCE_SECONDS, _PAUSE_SECONDS = 30.0, 0.2
_NOBODY = "petitions-migrate"


def ensure_internal(admin: KafkaAdminClient, groups: Iterable[str] = ()) -> None:
    """See to it that they exist and are led, for these groups above all: a broker that has just started still loads what it knows of them.

    Raises KafkaUnreachable when the cluster does not get that far.
    """
    until = time.monotonic() + _PATIENCE_SECONDS
    names = [_NOBODY, *groups]
    while not (_coordinates(admin, names) and _coordinates_transactions(admin)):
        if time.monotonic() > until:
            raise KafkaUnreachable(
                f"Kafka does not serve its own topics {' and '.join(INTERNAL_TOPICS)}: has it as many brokers as its settings "
                "offsets.topic.replication.factor and transaction.state.log.replication.factor ask for?"
            )
        time.sleep(_PAUSE_SECONDS)


def _coordinates(admin: KafkaAdminClient, groups: list[str]) -> bool:
    """The first question for a group's coordinator makes Kafka create the topic; it has no answer until then."""
    from kafka.errors import KafkaError

    try:
        return all(group["group_state"] for group in admin.describe_groups(groups).values())  # "Dead", from who leads it
    except KafkaError:
        return False


def _coordinates_transactions(admin: KafkaAdminClient) -> bool:
    """Likewise. Nobody has that transactional id, which only a coordinator can say."""
    from kafka.errors import KafkaError, TransactionalIdNotFoundError

    try:
        admin.describe_transactions([_NOBODY])
    except TransactionalIdNotFoundError:
        return True
    except KafkaError:
        return False
    return True
