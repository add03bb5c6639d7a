"""Asking the cluster: leaders, coordinators, and what to do when no answer comes. One client a worker."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.errors import KafkaError, for_code

from schemas.events.brokers import TRANSACTION_VERSION
from streams.engine.batches import Destination
from streams.engine.protocol import NO_TAGS, ApiVersionsRequest, feature_levels

REQUEST_TIMEOUT_MS = 20_000
SOON_SECONDS, LATER_SECONDS = 0.005, 0.05

STILL_ENDING = 51  # CONCURRENT_TRANSACTIONS: the markers of the transaction before are on their way
MOVED = frozenset({3, 5, 6, 15, 16})
"""Unknown topic or partition, no leader, not the leader; no coordinator, not the coordinator: ask the cluster who is."""
PASSING = MOVED | {7, 14, 19, 20, 56, STILL_ENDING}
"""And: timed out, coordinator loading, too few replicas (before or after appending), storage error. Sending the same again is harmless:
batches are recognised by their sequence numbers, a commit by its epoch. Everything else is final, fencing above all."""


class Refused(RuntimeError):
    """Kafka's final no to a request. Of a part of a transaction: whoever comes next aborts what is open of it."""


class TransactionsTooOld(RuntimeError):
    """The cluster does not have the transactions of KIP-890 (part 2) in force; `found` is what it has, 0 when it knows of none."""

    def __init__(self, found: int) -> None:
        super().__init__(
            f"transaction.version of the Kafka cluster is {found}, {TRANSACTION_VERSION} is needed: Kafka 4.0 or newer, and where it was "
            f"upgraded from an older one `kafka-features.sh … upgrade --feature transaction.version={TRANSACTION_VERSION}`"
        )


def check_transactions(found: int) -> None:
    """Raise TransactionsTooOld unless the cluster's `transaction.version` is what the engine needs."""
    if found < TRANSACTION_VERSION:
        raise TransactionsTooOld(found)


def check_passing(code: int, what: str) -> None:
    """Raise Refused when an error code will not pass, whatever is done."""
    if code not in PASSING:
        raise Refused(f"{what}: {for_code(code).__name__} ({code})")


def by_topic(rows: Mapping[Destination, tuple[Any, ...]]) -> list[tuple[str, list[tuple[Any, ...]], dict[int, bytes]]]:
    """As Kafka's requests list what is for many partitions: by topic, each row with its partition before it."""
    topics: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for (topic, partition), row in rows.items():
        topics[topic].append((partition, *row, NO_TAGS))
    return [(topic, parts, NO_TAGS) for topic, parts in topics.items()]


class Client:
    """Asks until it is answered: what passes is asked again without end, what does not raises Refused or a KafkaError.

    May block as long as the cluster is away; who calls is watched by the watchdog.
    """

    def __init__(self, bootstrap: str, name: str) -> None:
        self._bootstrap, self._name = bootstrap, name
        self._opened: AIOKafkaClient | None = None
        self._coordinators: dict[tuple[CoordinationType, str], int] = {}

    async def start(self) -> None:
        """Connect. Raises KafkaError when no broker can be reached, TransactionsTooOld."""
        self._opened = AIOKafkaClient(bootstrap_servers=self._bootstrap, client_id=self._name, request_timeout_ms=REQUEST_TIMEOUT_MS)
        await self._client.bootstrap()
        answer = await self._client.send(self._client.get_random_node(), ApiVersionsRequest("hanoi-petitions", "1", NO_TAGS))
        check_transactions(feature_levels(answer).get("transaction.version", 0))

    async def stop(self) -> None:
        if self._opened is not None:
            await self._opened.close()

    @property
    def _client(self) -> AIOKafkaClient:
        assert self._opened is not None, "not started"
        return self._opened

    async def leader(self, to: Destination) -> int:
        """The node that leads the partition, once there is one."""
        if self._known_leader(to) is None:
            await self._client.add_topic(to[0])  # about which the client keeps itself informed from now on
        while (node := self._known_leader(to)) is None:
            await self._client.force_metadata_update()
            await asyncio.sleep(LATER_SECONDS)
        return node

    def _known_leader(self, to: Destination) -> int | None:
        node = self._client.cluster.leader_for_partition(TopicPartition(*to))
        return None if node is None or node < 0 else int(node)

    async def partitions(self, topic: str) -> int:
        """The topic's number of partitions, once it is known."""
        await self.leader((topic, 0))
        await self._client.force_metadata_update()
        return len(self._client.cluster.partitions_for_topic(topic) or ())

    def look_again(self) -> None:
        """Leaders have moved: learn where to, beside the work."""
        self._client.force_metadata_update()

    async def send(self, node: int, request: Any) -> Any:
        """The answer, or None when none came and the same may be sent again. Raises KafkaError for what will not pass."""
        try:
            return await self._client.send(node, request)
        except KafkaError as error:
            await self._lost(error)
            return None

    async def ask(self, kind: CoordinationType, key: str, request: Any, code_of: Callable[[Any], int], passing: int = 0) -> Any:
        """The coordinator's answer, once it has one; `passing`: one more code that passes."""
        while True:
            try:
                node = await self._coordinator(kind, key)
                answer = await self._client.send(node, request, group=ConnectionGroup.COORDINATION)
            except KafkaError as error:
                self._coordinators.pop((kind, key), None)
                await self._lost(error)
                continue
            code = code_of(answer)
            if not code or code == passing:
                return answer
            check_passing(code, type(request).__name__)
            if code in MOVED:
                self._coordinators.pop((kind, key), None)
            await asyncio.sleep(SOON_SECONDS if code == STILL_ENDING else LATER_SECONDS)

    async def _coordinator(self, kind: CoordinationType, key: str) -> int:
        if (kind, key) not in self._coordinators:
            self._coordinators[kind, key] = await self._client.coordinator_lookup(kind, key)
        return self._coordinators[kind, key]

    async def _lost(self, error: KafkaError) -> None:
        """No answer came: find out how the cluster is now. Raises what will not pass."""
        if not error.retriable:
            raise error
        await self._client.force_metadata_update()
        await asyncio.sleep(LATER_SECONDS)
