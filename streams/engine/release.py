"""Which brokers the engine can work with, and how one tells that a broker is not among them."""

from __future__ import annotations

from typing import Any

from aiokafka.client import AIOKafkaClient

from schemas.events.brokers import LOWEST_METADATA_VERSION, LOWEST_VERSION, TRANSACTION_VERSION
from streams.engine.protocol import ApiVersionsRequest, feature_levels, highest_levels


class TransactionsTooOld(RuntimeError):
    """The cluster does not have the transactions of KIP-890 (part 2) in force; `found` is what it has, 0 when it knows of none."""

    def __init__(self, found: int) -> None:
        super().__init__(
            f"transaction.version of the Kafka cluster is {found}, {TRANSACTION_VERSION} is needed: Kafka {LOWEST_VERSION} or newer, and "
            f"where it was upgraded from an older one `kafka-features.sh … upgrade --feature transaction.version={TRANSACTION_VERSION}`"
        )


class BrokerTooOld(RuntimeError):
    """A broker is older than the lowest that will do (`schemas.events.brokers`)."""

    def __init__(self) -> None:
        super().__init__(f"a broker is older than Kafka {LOWEST_VERSION}, the lowest that will do (docs/operations.md, Brokers)")


def check_transactions(found: int) -> None:
    """Raise TransactionsTooOld unless the cluster's `transaction.version` is what the engine needs."""
    if found < TRANSACTION_VERSION:
        raise TransactionsTooOld(found)


def check_release(answer: Any) -> None:
    """Raise TransactionsTooOld or BrokerTooOld by what a broker says of itself in an ApiVersionsResponse."""
    check_transactions(feature_levels(answer).get("transaction.version", 0))
    if highest_levels(answer).get("metadata.version", 0) < LOWEST_METADATA_VERSION:
        raise BrokerTooOld


async def check_broker(client: AIOKafkaClient, node: int) -> None:
    """As check_release, asking the broker; raises a KafkaError when it does not answer."""
    check_release(await client.send(node, ApiVersionsRequest()))
