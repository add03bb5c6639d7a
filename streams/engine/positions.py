"""Where to begin: what the group has committed, and how far the topics' logs reach. Waits for transactions that are still under way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from aiokafka.client import CoordinationType
from aiokafka.protocol.admin import DescribeGroupsRequest
from aiokafka.protocol.offset import OffsetRequest

from schemas.platform import metrics
from schemas.platform.logs import log
from streams.engine.client import LATER_SECONDS, MOVED, Client, check_passing
from streams.engine.protocol import NO_TAGS, OffsetFetchRequest

UNSTABLE = 88  # UNSTABLE_OFFSET_COMMIT: a transaction that would move the offset has not ended
FENCE_AFTER_SECONDS = 1.0
"""Markers are on their way for milliseconds; an open transaction after that is one of a worker that is gone."""
SAY_SECONDS = 5.0
_BEGIN, _END = -2, -1
_UNCOMMITTED, _COMMITTED = 0, 1
_MEMBERS = 5  # of the fields of a described group


Progress = Callable[[], None]


def _nothing() -> None:
    """Nobody needs to know that it waits."""


class Fence(Protocol):
    async def abort_of(self, other_id: str) -> None: ...


class Committed(NamedTuple):
    """`offset` None: nothing was committed. `owner`: the transactional id of who committed it, empty when it does not say."""

    offset: int | None
    owner: str


class Log(NamedTuple):
    """A partition's first offset, its end, and up to where transactions have ended (all exclusive of the next record)."""

    begin: int
    end: int
    stable: int


class Positions:
    """Asks for one group through a shared client. `fence` ends transactions of owners that are gone; `mine` is our own id."""

    def __init__(self, client: Client, group: str, fence: Fence, mine: str) -> None:
        self._client, self._group, self._fence, self._mine = client, group, fence, mine

    async def committed(self, topics: Sequence[str], partition: int, waits: Progress = _nothing) -> dict[str, Committed]:
        """What the group has committed for one partition of each topic, once no transaction can move it any more.

        Only to be asked as the partition's owner: a transaction of an owner before that does not end by itself is aborted.
        `waits` is called again and again while it waits.
        """
        waiting = _Waiting(f"{self._group} partition {partition}")
        while (found := await self._offsets(topics, partition, stable=True)) is None:
            if waiting.is_long:
                before = await self._offsets(topics, partition, stable=False)
                await self._abort({one.owner for one in (before or {}).values()} | {self._id_before(partition)})
                waiting.fenced = True
            waits()
            await waiting.pause()
        return found

    async def stable_log(self, topic: str, partition: int, owners: set[str], waits: Progress = _nothing) -> Log:
        """The log once all that stands in it now is decided; `owners`: whose transactions are aborted where that takes long.

        A foreign open transaction (a tool's, a mirror's) is waited for, and said: what lies behind it cannot be known before.
        """
        log_now = await self.log(topic, partition)
        waiting, end = _Waiting(f"{topic}-{partition}"), log_now.end
        while log_now.stable < end:
            if waiting.is_long:
                await self._abort(owners | {self._id_before(partition)})
                waiting.fenced = True
            waits()
            await waiting.pause()
            log_now = await self.log(topic, partition)
        return log_now._replace(end=end)

    async def committed_by(self, group: str, topics: Sequence[str], partition: int) -> dict[str, Committed]:
        """What another group has committed, which must be at rest."""
        other = Positions(self._client, group, self._fence, self._mine)
        return await other.committed(topics, partition)

    async def at_rest(self, group: str, waits: Progress = _nothing) -> None:
        """Return once the group has no members any more; one that was killed is a member until its session ends."""
        waiting = _Waiting(f"members of {group}")
        while await self.is_at_work(group):
            waits()
            await waiting.pause()

    async def is_at_work(self, group: str) -> bool:
        """Whether a group has members."""
        request = DescribeGroupsRequest([group])
        answer = await self._client.ask(CoordinationType.GROUP, group, request, lambda found: int(found.groups[0][0]))
        return bool(answer.groups[0][_MEMBERS])

    async def partitions(self, topic: str) -> int:
        """How many partitions the topic has, asked for anew."""
        return await self._client.partitions(topic)

    async def log(self, topic: str, partition: int) -> Log:
        """How far the log reaches now."""
        begin = await self._offset_at(topic, partition, _BEGIN, _UNCOMMITTED)
        end = await self._offset_at(topic, partition, _END, _UNCOMMITTED)
        return Log(begin, end, await self._offset_at(topic, partition, _END, _COMMITTED))

    def _id_before(self, partition: int) -> str:
        """The transactional id of releases that had one writer a partition and said nothing with their offsets."""
        return f"{self._group}-{partition}"

    async def _abort(self, owners: set[str]) -> None:
        for owner in owners - {self._mine, ""}:
            log.warning("owner-fenced", owner=owner)
            await self._fence.abort_of(owner)

    async def _offsets(self, topics: Sequence[str], partition: int, *, stable: bool) -> dict[str, Committed] | None:
        """None: a transaction under way may still move one of them."""
        request = OffsetFetchRequest(self._group, [(topic, [partition], NO_TAGS) for topic in topics], stable, NO_TAGS)
        answer = await self._client.ask(CoordinationType.GROUP, self._group, request, _worst, passing=UNSTABLE)
        rows = {topic: partitions[0] for topic, partitions, _ in answer.topics}
        if any(row[4] == UNSTABLE for row in rows.values()):
            return None
        return {topic: Committed(None if row[1] < 0 else row[1], row[3] or "") for topic, row in rows.items()}

    async def _offset_at(self, topic: str, partition: int, which: int, isolation: int) -> int:
        while True:
            node = await self._client.leader((topic, partition))
            answer = await self._client.send(node, OffsetRequest(-1, isolation, [(topic, [(partition, which)])]))
            if answer is None:
                continue
            _, code, _, offset, *_ = answer.topics[0][1][0]
            if not code:
                return int(offset)
            check_passing(code, f"offsets of {topic}-{partition}")
            if code in MOVED:
                self._client.look_again()
            await asyncio.sleep(LATER_SECONDS)


class _Waiting:
    """A wait for others (their transactions, their end) that says so every few seconds."""

    def __init__(self, what: str) -> None:
        self._what, self._since, self._said = what, time.monotonic(), 0.0
        self.fenced = False

    @property
    def is_long(self) -> bool:
        return not self.fenced and time.monotonic() - self._since > FENCE_AFTER_SECONDS

    async def pause(self) -> None:
        waited = time.monotonic() - self._since
        if waited - self._said > SAY_SECONDS:
            self._said = waited
            log.warning("others-awaited", of=self._what, seconds=round(waited, 1))
        await asyncio.sleep(LATER_SECONDS / 2)


def _worst(answer: Any) -> int:
    codes = [answer.error_code, *(row[4] for _, partitions, _ in answer.topics for row in partitions)]
    return int(next((code for code in codes if code and code != UNSTABLE), UNSTABLE if UNSTABLE in codes else 0))


def next_offsets(committed: Mapping[str, Committed], logs: Mapping[str, Log], stage: str, partition: int) -> dict[str, int]:
    """Where to go on by topic: what was committed, else the log's beginning. Records that retention took away unread are an alarm."""
    found = {}
    for topic, where in committed.items():
        begin = logs[topic].begin
        if where.offset is not None and where.offset < begin:
            metrics.RECORDS_SKIPPED().labels(stage, topic).inc(begin - where.offset)
            log.error("records-skipped", stage=stage, topic=topic, partition=partition, first=where.offset, next=begin)
        found[topic] = max(where.offset or 0, begin)
    return found
