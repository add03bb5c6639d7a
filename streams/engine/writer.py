"""The transactional producer of one partition's processor."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.transaction import InitProducerIdRequest

from streams.engine.batches import Destination, Numbering, batches_of, by_destination
from streams.engine.protocol import (
    NO_TAGS,
    ApiVersionsRequest,
    EndTxnRequest,
    ProduceRequest,
    TxnOffsetCommitRequest,
    feature_levels,
)
from streams.engine.types import Output

TRANSACTION_TIMEOUT_MS = 30_000
REQUEST_TIMEOUT_MS = 20_000
TRANSACTION_VERSION = 2
_ALL_REPLICAS = -1
_SOON_SECONDS, _LATER_SECONDS = 0.005, 0.05

_STILL_ENDING = 51  # CONCURRENT_TRANSACTIONS: the markers of the transaction before are on their way
_MOVED = frozenset({3, 5, 6, 15, 16})
"""Unknown topic or partition, no leader, not the leader; no coordinator, not the coordinator: ask the cluster who is."""
_PASSING = _MOVED | {7, 14, 19, 20, 56, _STILL_ENDING}
"""And: timed out, coordinator loading, too few replicas (before or after appending), storage error. Sending the same again is harmless:
batches are recognised by their sequence numbers, a commit by its epoch. Everything else is final, fencing above all."""


class Refused(RuntimeError):
    """Kafka's final no to a part of a transaction. Whoever comes next aborts what is open of it."""


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


class Writer:
    """Produces ready-made record batches inside a transaction. Its id fences whoever used the same id before.

    One call after the other: `produce`, `send_offsets`, `commit`; the first request begins the transaction. What passes is tried again
    without end (the watchdog ends a process that gets nowhere); what does not raises Refused.
    """

    def __init__(self, bootstrap: str, transactional_id: str, partitions: int) -> None:
        self._id, self._partitions = transactional_id, partitions
        self._client = AIOKafkaClient(bootstrap_servers=bootstrap, client_id=transactional_id, request_timeout_ms=REQUEST_TIMEOUT_MS)
        self._coordinators: dict[tuple[CoordinationType, str], int] = {}
        self._numbering = Numbering(-1, -1)
        self._is_open = False

    async def start(self) -> None:
        """Connect and fence: a predecessor's open transaction is aborted, its later writes are refused.

        Raises TransactionsTooOld, and KafkaError when no broker can be reached."""
        await self._client.bootstrap()
        await self._check_version()
        answer = await self._ask_transactions(InitProducerIdRequest(self._id, TRANSACTION_TIMEOUT_MS))
        self._numbering = Numbering(answer.producer_id, answer.producer_epoch)

    async def _check_version(self) -> None:
        answer = await self._client.send(self._client.get_random_node(), ApiVersionsRequest("hanoi-petitions", "1", NO_TAGS))
        check_transactions(feature_levels(answer).get("transaction.version", 0))

    async def produce(self, outputs: Iterable[Output], partition: int) -> dict[Destination, int]:
        """Write all and wait for the acknowledgements; the next offset after the last record by destination."""
        grouped = by_destination(outputs, partition, self._partitions)
        batches = {to: await batches_of(to, waiting, self._numbering) for to, waiting in grouped.items()}
        ends: dict[Destination, int] = {}
        for turn in range(max(map(len, batches.values()), default=0)):
            these = {to: found[turn] for to, found in batches.items() if turn < len(found)}
            for to, offset in (await self._deliver({to: batch.data for to, batch in these.items()})).items():
                ends[to] = offset + these[to].records
        return ends

    async def _deliver(self, batches: Mapping[Destination, bytearray]) -> dict[Destination, int]:
        """At most one batch a destination; the offsets of their first records."""
        offsets: dict[Destination, int] = {}
        while True:
            by_leader: defaultdict[int, list[Destination]] = defaultdict(list)
            for to in batches.keys() - offsets.keys():
                by_leader[await self._leader(to)].append(to)
            for found in await asyncio.gather(*[self._send(node, {to: batches[to] for to in part}) for node, part in by_leader.items()]):
                offsets.update(found)
            if len(offsets) == len(batches):
                return offsets
            await asyncio.sleep(_SOON_SECONDS)

    async def _leader(self, to: Destination) -> int:
        if self._known_leader(to) is None:
            await self._client.add_topic(to[0])  # about which the client keeps itself informed from now on
        while (node := self._known_leader(to)) is None:
            await self._client.force_metadata_update()
            await asyncio.sleep(_LATER_SECONDS)
        return node

    def _known_leader(self, to: Destination) -> int | None:
        node = self._client.cluster.leader_for_partition(TopicPartition(*to))
        return None if node is None or node < 0 else int(node)

    async def _send(self, node: int, batches: Mapping[Destination, bytearray]) -> dict[Destination, int]:
        """The offsets of those that were written; what is missing may be sent again."""
        topics = _by_topic({to: (data,) for to, data in batches.items()})
        request = ProduceRequest(self._id, _ALL_REPLICAS, REQUEST_TIMEOUT_MS, topics, NO_TAGS)
        self._is_open = True
        try:
            answer = await self._client.send(node, request)
        except KafkaError as error:
            await self._lost(error)
            return {}
        found = {}
        for topic, partitions, _ in answer.topics:
            for partition, code, offset, *_ in partitions:
                if not code:
                    found[topic, partition] = offset
                    continue
                _check_passing(code, f"produce to {topic}-{partition}")
                if code in _MOVED:
                    self._client.force_metadata_update()
        return found

    async def send_offsets(self, offsets: Mapping[Destination, int], group: str) -> None:
        """Add the input's next offsets to the transaction."""
        topics = _by_topic({to: (offset, -1, "") for to, offset in offsets.items()})
        who = (self._id, group, self._numbering.producer_id, self._numbering.epoch)
        request = TxnOffsetCommitRequest(*who, -1, "", None, topics, NO_TAGS)
        self._is_open = True
        await self._ask(CoordinationType.GROUP, group, request, _worst)

    async def commit(self) -> None:
        """Returns when it is certain that the transaction takes effect. Without any request in it there is nothing to commit."""
        if not self._is_open:
            return
        request = EndTxnRequest(self._id, self._numbering.producer_id, self._numbering.epoch, True, NO_TAGS)
        answer = await self._ask_transactions(request)
        self._numbering = Numbering(answer.producer_id, answer.producer_epoch)
        self._is_open = False

    async def stop(self) -> None:
        await self._client.close()

    async def _ask_transactions(self, request: Any) -> Any:
        return await self._ask(CoordinationType.TRANSACTION, self._id, request, lambda answer: int(answer.error_code))

    async def _ask(self, kind: CoordinationType, key: str, request: Any, code_of: Callable[[Any], int]) -> Any:
        """The coordinator's answer, once it has one."""
        while True:
            try:
                node = await self._coordinator(kind, key)
                answer = await self._client.send(node, request, group=ConnectionGroup.COORDINATION)
            except KafkaError as error:
                self._coordinators.pop((kind, key), None)
                await self._lost(error)
                continue
            code = code_of(answer)
            if not code:
                return answer
            _check_passing(code, type(request).__name__)
            if code in _MOVED:
                self._coordinators.pop((kind, key), None)
            await asyncio.sleep(_SOON_SECONDS if code == _STILL_ENDING else _LATER_SECONDS)

    async def _coordinator(self, kind: CoordinationType, key: str) -> int:
        if (kind, key) not in self._coordinators:
            self._coordinators[kind, key] = await self._client.coordinator_lookup(kind, key)
        return self._coordinators[kind, key]

    async def _lost(self, error: KafkaError) -> None:
        """No answer came: find out how the cluster is now. Raises what will not pass."""
        if not error.retriable:
            raise error
        await self._client.force_metadata_update()
        await asyncio.sleep(_LATER_SECONDS)


def _by_topic(rows: Mapping[Destination, tuple[Any, ...]]) -> list[tuple[str, list[tuple[Any, ...]], dict[int, bytes]]]:
    """As Kafka's requests list what is for many partitions: by topic, each row with its partition before it."""
    topics: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for (topic, partition), row in rows.items():
        topics[topic].append((partition, *row, NO_TAGS))
    return [(topic, parts, NO_TAGS) for topic, parts in topics.items()]


def _worst(answer: Any) -> int:
    """The first error of the partitions whose offsets were to be committed; a final one before a passing one."""
    codes = [code for _, partitions, _ in answer.topics for _, code, _ in partitions if code]
    return int(next((code for code in codes if code not in _PASSING), codes[0] if codes else 0))


def _check_passing(code: int, what: str) -> None:
    if code not in _PASSING:
        raise Refused(f"{what}: {for_code(code).__name__} ({code})")
