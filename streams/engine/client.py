"""Asking the cluster: leaders, coordinators, and what to do when no answer comes. One client a worker."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.errors import BrokerResponseError, KafkaError
from aiokafka.protocol.admin import DescribeGroupsRequest

from schemas.platform.kafka import KafkaSettings
from schemas.platform.logs import log
from streams.engine.batches import Destination
from streams.engine.codes import CONCURRENT_TRANSACTIONS, Request, Then, follows, told
from streams.engine.protocol import NO_TAGS
from streams.engine.release import check_broker
from streams.engine.waiting import Waiting

REQUEST_TIMEOUT_MS = 20_000
SOON_SECONDS, LATER_SECONDS = 0.005, 0.05

_MEMBERS = 5  # of the fields of a described group
_NOT_ALLOWED = 29  # TOPIC_AUTHORIZATION_FAILED


class Refused(RuntimeError):
    """Kafka's final no to a request. Of a part of a transaction: whoever comes next aborts what is open of it."""


class Fenced(Refused):
    """Another has taken over: this process may write nothing any more."""


def check(what: Request, code: int) -> Then:
    """What follows on an error code that passes: AGAIN or LOOK. Raises Refused (or Fenced) for one that does not."""
    then = follows(what, code)
    if then is Then.FENCED:
        raise Fenced(told(what, code))
    if then not in (Then.AGAIN, Then.LOOK):
        raise Refused(told(what, code))
    return then


def by_topic(rows: Mapping[Destination, tuple[Any, ...]]) -> list[tuple[str, list[tuple[Any, ...]], dict[int, bytes]]]:
    """As Kafka's requests list what is for many partitions: by topic, each row with its partition before it."""
    topics: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for (topic, partition), row in rows.items():
        topics[topic].append((partition, *row, NO_TAGS))
    return [(topic, parts, NO_TAGS) for topic, parts in topics.items()]


class Tries:
    """The tries of one request: endless, as long as what hinders it can pass; after some seconds they are said."""

    __slots__ = ("_waiting", "_what")

    def __init__(self, what: Request) -> None:
        self._what = what
        self._waiting: Waiting | None = None

    async def pause(self, seconds: float, why: str) -> None:
        """Before the next try."""
        if self._waiting is None:
            self._waiting = Waiting()
        elif self._waiting.is_to_be_said():
            log.warning("kafka-retried", request=self._what, seconds=round(self._waiting.seconds, 1), why=why)
        await asyncio.sleep(seconds)


class Client:
    """Asks until it is answered: what passes (`codes.py`) is asked again without end, and said; what does not raises Refused or a
    KafkaError. May block as long as the cluster is away; who calls is watched by the watchdog. Cancelling a call is safe.
    """

    def __init__(self, kafka: KafkaSettings, name: str, connect: Callable[..., AIOKafkaClient] = AIOKafkaClient) -> None:
        self._kafka, self._name, self._connect = kafka, name, connect
        self._opened: AIOKafkaClient | None = None
        self._coordinators: dict[tuple[CoordinationType, str], int] = {}

    async def start(self) -> None:
        """Connect. Raises KafkaError when no broker can be reached, TransactionsTooOld and BrokerTooOld."""
        self._opened = self._connect(**self._kafka.client(), client_id=self._name, request_timeout_ms=REQUEST_TIMEOUT_MS)
        await self._client.bootstrap()
        await check_broker(self._client, self._client.get_random_node())

    async def stop(self) -> None:
        if self._opened is not None:
            await self._opened.close()

    @property
    def _client(self) -> AIOKafkaClient:
        assert self._opened is not None, "not started"
        return self._opened

    async def leader(self, to: Destination) -> int:
        """The node that leads the partition, once there is one. Raises Refused when the topic may not be seen."""
        if (node := self._known_leader(to)) is not None:
            return node
        tries = Tries("Metadata")
        await self._client.add_topic(to[0])  # about which the client keeps itself informed from now on
        while (node := self._known_leader(to)) is None:
            if to[0] in self._client.cluster.unauthorized_topics:
                raise Refused(told("Metadata", _NOT_ALLOWED))
            await self._client.force_metadata_update()
            await tries.pause(LATER_SECONDS, f"{to[0]}-{to[1]} has no leader")
        return node

    def _known_leader(self, to: Destination) -> int | None:
        node = self._client.cluster.leader_for_partition(TopicPartition(*to))
        return None if node is None or node < 0 else int(node)

    async def partitions(self, topic: str) -> int:
        """The topic's number of partitions, once it is known; asked for anew."""
        await self.leader((topic, 0))
        await self._client.force_metadata_update()
        return len(self._client.cluster.partitions_for_topic(topic) or ())

    def look_again(self) -> None:
        """Leaders have moved: learn where to, beside the work."""
        self._client.force_metadata_update()

    async def send(self, node: int, request: Any, tries: Tries) -> Any:
        """A node's answer, or None when none came and the same may be sent again. Raises KafkaError for what will not pass."""
        try:
            return await self._client.send(node, request)
        except KafkaError as error:
            await self._lost(error, tries)
            return None

    async def ask(self, what: Request, of: tuple[CoordinationType, str], request: Any, code_of: Callable[[Any], int]) -> Any:
        """The answer of a group's or a transactional id's coordinator, once it has one."""
        tries = Tries(what)
        while True:
            try:
                node = await self._coordinator(of)
                answer = await self._client.send(node, request, group=ConnectionGroup.COORDINATION)
            except KafkaError as error:
                self._coordinators.pop(of, None)
                await self._lost(error, tries)
                continue
            code = code_of(answer)
            if not code:
                return answer
            if check(what, code) is Then.LOOK:
                self._coordinators.pop(of, None)
            await tries.pause(SOON_SECONDS if code == CONCURRENT_TRANSACTIONS else LATER_SECONDS, told(what, code))

    async def members(self, group: str) -> list[Any]:
        """The members of a group, each as DescribeGroups (version 0) tells of it: id, client, host, subscription, assignment."""
        request, of = DescribeGroupsRequest([group]), (CoordinationType.GROUP, group)
        answer = await self.ask("DescribeGroups", of, request, lambda found: int(found.groups[0][0]))
        return list(answer.groups[0][_MEMBERS])

    async def _coordinator(self, of: tuple[CoordinationType, str]) -> int:
        if of not in self._coordinators:
            self._coordinators[of] = await self._client.coordinator_lookup(*of)
        return self._coordinators[of]

    async def _lost(self, error: KafkaError, tries: Tries) -> None:
        """No answer came: find out how the cluster is now. Raises what will not pass."""
        if isinstance(error, BrokerResponseError):
            check("FindCoordinator", error.errno)  # the one request whose codes aiokafka raises
        elif not error.retriable:
            raise error
        await self._client.force_metadata_update()
        await tries.pause(LATER_SECONDS, repr(error))
