"""The transactional producer of one worker."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from aiokafka.client import CoordinationType
from aiokafka.protocol.transaction import InitProducerIdRequest

from streams.engine.batches import Destination, Numbering, Sheet, Sheets, closed
from streams.engine.client import REQUEST_TIMEOUT_MS, SOON_SECONDS, Client, Tries, by_topic, check
from streams.engine.codes import Then, follows, told
from streams.engine.protocol import NO_TAGS, EndTxnRequest, ProduceRequest, TxnOffsetCommitRequest
from streams.engine.types import Output

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

    One call after the other, in this order: `start` once; then for each transaction `produce`, `send_offsets`, `commit`. The first
    request begins the transaction. Not safe for two tasks at once.

    What blocks: every call, until Kafka has acknowledged it, without end as long as what hinders it can pass (`codes.py` says which
    errors those are; `Client` says so in the log after some seconds). The watchdog ends a process that gets nowhere.

    What raises: Fenced when another has taken over, Refused for every other final no, KafkaError for what a connection will never do.
    After a raise the writer is of no use any more: the process ends, and no further request is made.

    What is repeated: any request whose answer did not come. Kafka knows a repeat by its numbers, so each record is written once.

    What a crash leaves: before `commit` was called an open transaction, none of which anybody reads; the next writer of the same id
    aborts it, or `abort_of` from elsewhere, or its time-out. During `commit` one or the other, whole. After it, all.
    """

    def __init__(self, client: Client, transactional_id: str) -> None:
        self._client, self.id = client, transactional_id
        self._numbering = Numbering(-1, -1)
        self._is_open = False
        self.told_ms: int | None = None
        """The broker's clock as the last `produce` was told it (ms, UTC); None where none of the topics keeps append times."""

    async def start(self) -> None:
        """Fence: a predecessor's open transaction is aborted, its later writes are refused."""
        answer = await self._begin_anew(self.id)
        self._numbering = Numbering(answer.producer_id, answer.producer_epoch)

    async def abort_of(self, other_id: str) -> None:
        """Fence another writer: its open transaction is aborted, and it can commit nothing any more."""
        await self._begin_anew(other_id)

    async def _begin_anew(self, transactional_id: str) -> Any:
        request = InitProducerIdRequest(transactional_id, TRANSACTION_TIMEOUT_MS)
        return await self._client.ask("InitProducerId", (CoordinationType.TRANSACTION, transactional_id), request, _code)

    async def produce(self, sheets: Mapping[Destination, Sheet]) -> dict[Destination, Span]:
        """Write all and wait for the acknowledgements; where it stands, by destination."""
        spans: dict[Destination, Span] = {}
        self.told_ms = None
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
        tries = Tries("Produce")
        while True:
            by_leader: defaultdict[int, list[Destination]] = defaultdict(list)
            for to in [one for one in batches if one not in offsets]:
                by_leader[await self._client.leader(to)].append(to)
            sent = [self._send(node, {to: batches[to] for to in part}, tries) for node, part in by_leader.items()]
            failed = ""
            for found, why in [await sent[0]] if len(sent) == 1 else await asyncio.gather(*sent):
                offsets.update(found)
                failed = why or failed
            if len(offsets) == len(batches):
                return offsets
            await tries.pause(SOON_SECONDS, failed)

    async def _send(self, node: int, batches: Mapping[Destination, bytearray], tries: Tries) -> tuple[dict[Destination, int], str]:
        """The offsets of those that were written, and why the others were not; what is missing may be sent again."""
        topics = by_topic({to: (data,) for to, data in batches.items()})
        self._is_open = True
        answer = await self._client.send(node, ProduceRequest(self.id, _ALL_REPLICAS, REQUEST_TIMEOUT_MS, topics, NO_TAGS), tries)
        found: dict[Destination, int] = {}
        failed = "" if answer is not None else "no answer"
        for topic, partitions, _ in answer.topics if answer is not None else ():
            for partition, code, offset, appended_ms, *_ in partitions:
                if not code:
                    found[topic, partition] = offset
                    self.told_ms = appended_ms if appended_ms >= 0 else self.told_ms
                    continue
                failed = f"{topic}-{partition}: {told('Produce', code)}"
                if check("Produce", code) is Then.LOOK:
                    self._client.look_again()
        return found, failed

    async def send_offsets(self, offsets: Mapping[Destination, int], group: str, who: Membership) -> None:
        """Add the input's next offsets to the transaction. Fenced when the group has moved on without this member.

        With each offset stands this writer's id, so that a later owner of the partition knows whose open transaction it finds.
        """
        topics = by_topic({to: (offset, -1, self.id) for to, offset in offsets.items()})
        mine = (self.id, group, self._numbering.producer_id, self._numbering.epoch)
        self._is_open = True
        request = TxnOffsetCommitRequest(*mine, *who, topics, NO_TAGS)
        await self._client.ask("TxnOffsetCommit", (CoordinationType.GROUP, group), request, _worst)

    async def commit(self) -> None:
        """Returns when it is certain that the transaction takes effect. Without any request in it there is nothing to commit."""
        if self._is_open:
            await self._end(committed=True)

    async def ask_time(self, to: Destination) -> int | None:
        """The broker's clock (ms, UTC), by a record that is taken back at once, so that nobody reads it; None where the topic keeps the
        time of who produces. Not during a transaction."""
        sheets = Sheets(to[1] + 1)
        sheets.add([Output(to[0], b"", b"", ())], to[1])
        await self.produce(sheets.laid_out(0))
        await self._end(committed=False)
        return self.told_ms

    async def _end(self, *, committed: bool) -> None:
        request = EndTxnRequest(self.id, self._numbering.producer_id, self._numbering.epoch, committed, NO_TAGS)
        answer = await self._client.ask("EndTxn", (CoordinationType.TRANSACTION, self.id), request, _code)
        self._numbering = Numbering(answer.producer_id, answer.producer_epoch)
        self._is_open = False


def _code(answer: Any) -> int:
    return int(answer.error_code)


def _worst(answer: Any) -> int:
    """The first error of the partitions whose offsets were to be committed; a final one before a passing one."""
    codes = [code for _, partitions, _ in answer.topics for _, code, _ in partitions if code]
    final = (code for code in codes if follows("TxnOffsetCommit", code) not in (Then.AGAIN, Then.LOOK))
    return int(next(final, codes[0] if codes else 0))
