"""The catalogue of brokers: which of them will do, and every setting of theirs on which a guarantee or a time hangs.

A running broker cannot be told most of these: the embedded one starts with them, the compose file has them, `petitions doctor` compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from schemas.events.topics import Deployment

LOWEST_VERSION = "4.1.0"
"""The lowest Kafka that will do: 4.0.0 can let a transaction hang for good when its writer dies in the last epoch of a producer id
(KAFKA-19367, mended in 4.0.1). A client is not told the patch version, so what cannot be told from 4.0.0 is refused as well."""
LOWEST_METADATA_VERSION = 27
"""What 4.1.0 calls itself: the highest `metadata.version` that it can (4.0 says 25)."""
TRANSACTION_VERSION = 2
"""The feature `transaction.version` that must be in force (KIP-890, part 2)."""


class Compare(Enum):
    """How a broker's value is held against ours."""

    IS = "is"
    AT_LEAST = "at least"
    AT_MOST = "at most"


@dataclass(frozen=True, slots=True)
class BrokerSetting:
    """`guarantees`: without it something can be lost or stand still; otherwise it only costs time. `why`: a person's words."""

    name: str
    compare: Compare
    value: str
    why: str
    guarantees: bool = True

    def holds(self, found: str) -> bool:
        """Whether a broker with this value will do."""
        if self.compare is Compare.IS:
            return found == self.value
        if self.compare is Compare.AT_LEAST:
            return int(found) >= int(self.value)
        return int(found) <= int(self.value)

    @property
    def wanted(self) -> str:
        """`at most 60000`, `false`."""
        return self.value if self.compare is Compare.IS else f"{self.compare.value} {self.value}"


BROKER_SETTINGS: tuple[BrokerSetting, ...] = (
    BrokerSetting(
        "offsets.retention.minutes",
        Compare.AT_LEAST,
        str(365 * 24 * 60),
        "a group without members for longer begins anew: a stage would do all its input again",
    ),
    BrokerSetting(
        "transaction.max.timeout.ms",
        Compare.AT_MOST,
        "60000",
        "a foreign tool's open transaction on an input stops a stage for as long",
    ),
    BrokerSetting(
        "transactional.id.expiration.ms",
        Compare.AT_LEAST,
        str(14 * 24 * 3600 * 1000),
        "a worker that had nothing to write for longer is refused its next transaction, and begins anew",
    ),
    BrokerSetting("group.min.session.timeout.ms", Compare.AT_MOST, "6000", "a worker's session would be refused"),
    BrokerSetting("auto.create.topics.enable", Compare.IS, "false", "a misspelt name makes a topic, with partitions that do not fit"),
    BrokerSetting(
        "group.initial.rebalance.delay.ms",
        Compare.AT_MOST,
        "1000",
        "so long the first worker of a stage waits for others",
        guarantees=False,
    ),
    BrokerSetting(
        "transaction.abort.timed.out.transaction.cleanup.interval.ms",
        Compare.AT_MOST,
        "1000",
        "so much later a dead writer's transaction is given up",
        guarantees=False,
    ),
    BrokerSetting(
        "add.partitions.to.txn.retry.backoff.ms",
        Compare.AT_MOST,
        "2",
        "so long a transaction that follows at once on another waits before it asks again",
        guarantees=False,
    ),
)

OFFSETS_TOPIC, TRANSACTIONS_TOPIC = "__consumer_offsets", "__transaction_state"
INTERNAL_TOPICS = (OFFSETS_TOPIC, TRANSACTIONS_TOPIC)
"""Kafka's own: how far each group has come, and which transactions were committed. Lost, everything is done again, or never."""


def internal_config(deployment: Deployment) -> dict[str, str]:
    """What Kafka's own topics must be set to."""
    return {"min.insync.replicas": str(deployment.min_in_sync), "unclean.leader.election.enable": "false"}
