"""The transactional producer of one worker."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from aiokafka.client import CoordinationType
from aiokafka.protocol.transaction import InitProducerIdRequest

from streams.engine.batches import Destination, Numbering, Sheet, closed
from streams.engine.client import (
    MOVED,
    PASSING,
    REQUEST_TIMEOUT_MS,
    SOON_SECONDS,
    Client,
    by_topic,
    check_passing,
)
from streams.engine.protocol import NO_TAGS, EndTxnRequest, ProduceRequest, TxnOffsetCommitRequest

TRANSACTION_TIMEOUT_MS = 30_000
_ALL_REPLICAS = -1


class Membership(NamedTuple):
    """Who commits, as the group's coordinator knows it: offsets of any other generation or member are refused (KIP-447).

    `instance`: the static member's name, if it has one.
    """

    generation: int
    member: str
    instance: str | None


NO_MEMBER = Membership(-1, "", None)
"""For a group without members, whose offsets anybody may commit."""


class Span(NamedTuple):
    """Where a step's records stand in one destination: the first one's offset, and the next after the last one's."""

    first: int
    end: int


class Writer:
    """Produces ready-made record batches inside a transaction. Its id fences whoever used the same id before.

    One call after the other: `produce`, `send_offsets`, `commit`; the first request begins the transaction. What passes is tried again
    without end (the watchdog ends a process that gets nowhere); what does not raises Refused. A crash anywhere before `commit` has
    begun leaves an open transaction, which the next writer of the same id aborts, or `abort_of` from elsewhere, or its time-out.
    """

    def __init__(self, client: Client, transactional_id: str) -> None:
        self._client, self.id = client, transactional_id
        self._numbering = Numbering(-1, -1)
        self._is_open = False

    async def start(self) -> None:
        """Fence: a predecessor's open transaction is aborted, its later writes are refused."""
        answer = await self._begin_anew(self.id)
        self._numbering = Numbering(answer.producer_id, answer.producer_epoch)

    async def abort_of(self, other_id: str) -> None:
        """Fence another writer: its open transaction is aborted, and it can commit nothing any more."""
        await self._begin_anew(other_id)

    async def _begin_anew(self, transactional_id: str) -> Any:
        request = InitProducerIdRequest(transactional_id, TRANSACTION_TIMEOUT_MS)
        return await self._client.ask(CoordinationType.TRANSACTION, transactional_id, request, _code)

    async def produce(self, sheets: Mapping[Destination, Sheet]) -> dict[Destination, Span]:
        """Write all and wait for the acknowledgements; where it stands, by destination."""
        spans: dict[Destination, Span] = {}
        for turn in range(max(map(len, sheets.values()), default=0)):
            these = {to: pages[turn] for to, pages in sheets.items() if turn < len(pages)}
            batches = {to: await closed(page, to, self._numbering) for to, page in these.items()}
            for to, offset in (await self._deliver(batches)).items():
                first = spans[to].first if to in spans else offset
                spans[to] = Span(first, offset + these[to].records)
        return spans

    async def _deliver(self, batches: Mapping[Destination, bytearray]) -> dict[Destination, int]:
        """At most one batch a destination; the offsets of their first records."""
        offsets: dict[Destination, int] = {}
        while True:
            by_leader: defaultdict[int, list[Destination]] = defaultdict(list)
            for to in batches.keys() - offsets.keys():
                by_leader[await self._client.leader(to)].append(to)
            for found in await asyncio.gather(*[self._send(node, {to: batches[to] for to in part}) for node, part in by_leader.items()]):
                offsets.update(found)
            if len(offsets) == len(batches):
                return offsets
            await asyncio.sleep(SOON_SECONDS)

    async def _send(self, node: int, batches: Mapping[Destination, bytearray]) -> dict[Destination, int]:
        """The offsets of those that were written; what is missing may be sent again."""
        topics = by_topic({to: (data,) for to, data in batches.items()})
        self._is_open = True
        answer = await self._client.send(node, ProduceRequest(self.id, _ALL_REPLICAS, REQUEST_TIMEOUT_MS, topics, NO_TAGS))
        found: dict[Destination, int] = {}
        for topic, partitions, _ in answer.topics if answer is not None else ():
            for partition, code, offset, *_ in partitions:
                if not code:
                    found[topic, partition] = offset
                    continue
                check_passing(code, f"produce to {topic}-{partition}")
                if code in MOVED:
                    self._client.look_again()
        return found

    async def send_offsets(self, offsets: Mapping[Destination, int], group: str, who: Membership) -> None:
        """Add the input's next offsets to the transaction. Refused when the group has moved on without this member.

        With each offset stands this writer's id, so that a later owner of the partition knows whose open transaction it finds.
        """
        topics = by_topic({to: (offset, -1, self.id) for to, offset in offsets.items()})
        mine = (self.id, group, self._numbering.producer_id, self._numbering.epoch)
        self._is_open = True
        await self._client.ask(CoordinationType.GROUP, group, TxnOffsetCommitRequest(*mine, *who, topics, NO_TAGS), _worst)

    async def commit(self) -> None:
        """Returns when it is certain that the transaction takes effect. Without any request in it there is nothing to commit."""
        if not self._is_open:
            return
        request = EndTxnRequest(self.id, self._numbering.producer_id, self._numbering.epoch, True, NO_TAGS)
        answer = await self._client.ask(CoordinationType.TRANSACTION, self.id, request, _code)
        self._numbering = Numbering(answer.producer_id, answer.producer_epoch)
        self._is_open = False


def _code(answer: Any) -> int:
    return int(answer.error_code)


def _worst(answer: Any) -> int:
    """The first error of the partitions whose offsets were to be committed; a final one before a passing one."""
    codes = [code for _, partitions, _ in answer.topics for _, code, _ in partitions if code]
    return int(next((code for code in codes if code not in PASSING), codes[0] if codes else 0))
