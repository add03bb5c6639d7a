"""Where to begin: what the group has committed, and how far the topics' logs reach. Waits for transactions that are still under way."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from aiokafka.client import CoordinationType
from aiokafka.protocol.offset import OffsetRequest

from schemas.platform import metrics
from schemas.platform.logs import log
from streams.engine.batches import Destination
from streams.engine.client import LATER_SECONDS, Client, Tries, check
from streams.engine.codes import UNSTABLE_OFFSET_COMMIT, Then
from streams.engine.protocol import NO_TAGS, OffsetFetchRequest
from streams.engine.waiting import Waiting

FENCE_AFTER_SECONDS = 1.0
"""Markers are on their way for milliseconds; an open transaction after that is one of a worker that is gone."""
MOST_PAUSE_SECONDS = 0.5
"""Between two looks, once a wait has become long."""
_BEGIN, _END = -2, -1
_UNCOMMITTED, _COMMITTED = 0, 1


Waits = Callable[[float], None]
"""Called again and again during a wait, with how long it has lasted (seconds)."""


def _nothing(_seconds: float) -> None:
    """Nobody needs to know that it waits."""


class Fence(Protocol):
    async def abort_of(self, other_id: str) -> None: ...


class Committed(NamedTuple):
    """`offset` None: nothing was committed. `owner`: the transactional id of who committed it, empty when it does not say."""

    offset: int | None
    owner: str


class Log(NamedTuple):
    """A partition's first offset and its end, before which everything is decided."""

    begin: int
    end: int


class Positions:
    """Asks for one group through a shared client. `fence` ends transactions of owners that are gone; `mine` is our own id.

    Every call may block as long as the cluster is away, and raises what the client raises.
    """

    def __init__(self, client: Client, group: str, fence: Fence, mine: str) -> None:
        self._client, self._group, self._fence, self._mine = client, group, fence, mine

    async def committed(self, topics: Sequence[str], partition: int, waits: Waits = _nothing) -> dict[str, Committed]:
        """What the group has committed for one partition of each topic, once no transaction can move it any more.

        Only to be asked as the partition's owner: a transaction of an owner before that does not end by itself is aborted.
        """
        waiting = _Waiting(f"{self._group} partition {partition}", waits)
        while (found := await self._committed(topics, partition, stable=True)) is None:
            if waiting.is_long():
                before = await self._committed(topics, partition, stable=False)
                await self._abort({one.owner for one in (before or {}).values()} | {self._id_before(partition)})
            await waiting.pause()
        waiting.end()
        return found

    async def stable_log(self, topic: str, partition: int, owners: set[str], waits: Waits = _nothing) -> Log:
        """The log as it is now, once all that stands in it is decided; `owners`: whose transactions are aborted where that takes long.

        A foreign open transaction (a tool's, a mirror's) is waited for, and said: what lies behind it cannot be known before.
        """
        of = [(topic, partition)]
        end = (await self.ends(of))[of[0]]
        waiting = _Waiting(f"{topic}-{partition}", waits)
        while (await self.stable_ends(of))[of[0]] < end:
            if waiting.is_long():
                await self._abort(owners | {self._id_before(partition)})
            await waiting.pause()
        waiting.end()
        return Log((await self.begins(of))[of[0]], end)

    async def committed_by(self, group: str, topics: Sequence[str], partition: int) -> dict[str, Committed]:
        """What another group has committed, once nothing that is under way can move it; its workers read other topics, or none run."""
        other = Positions(self._client, group, self._fence, self._mine)
        return await other.committed(topics, partition)

    async def at_rest(self, group: str, waits: Waits = _nothing) -> None:
        """Return once the group has no members any more; one that was killed is a member until its session ends."""
        waiting = _Waiting(f"members of {group}", waits)
        while await self.is_at_work(group):
            await waiting.pause()
        waiting.end()

    async def is_at_work(self, group: str) -> bool:
        """Whether a group has members."""
        return bool(await self._client.members(group))

    async def partitions(self, topic: str) -> int:
        """How many partitions the topic has, asked for anew."""
        return await self._client.partitions(topic)

    async def begins(self, of: Collection[Destination]) -> dict[Destination, int]:
        """The first offset that is still there in each partition."""
        return await self._offsets(of, _BEGIN, _UNCOMMITTED)

    async def ends(self, of: Collection[Destination]) -> dict[Destination, int]:
        """The next offset to be written in each partition, open transactions included."""
        return await self._offsets(of, _END, _UNCOMMITTED)

    async def stable_ends(self, of: Collection[Destination]) -> dict[Destination, int]:
        """Up to where transactions have ended in each partition: as far as a reader of committed records gets."""
        return await self._offsets(of, _END, _COMMITTED)

    def _id_before(self, partition: int) -> str:
        """The transactional id of releases that had one writer a partition and said nothing with their offsets."""
        return f"{self._group}-{partition}"

    async def _abort(self, owners: set[str]) -> None:
        for owner in sorted(owners - {self._mine, ""}):
            log.warning("owner-fenced", owner=owner)
            await self._fence.abort_of(owner)

    async def _committed(self, topics: Sequence[str], partition: int, *, stable: bool) -> dict[str, Committed] | None:
        """None: a transaction under way may still move one of them."""
        request = OffsetFetchRequest(self._group, [(topic, [partition], NO_TAGS) for topic in topics], stable, NO_TAGS)
        answer = await self._client.ask("OffsetFetch", (CoordinationType.GROUP, self._group), request, _worst)
        rows = {topic: partitions[0] for topic, partitions, _ in answer.topics}
        if any(row[4] == UNSTABLE_OFFSET_COMMIT for row in rows.values()):
            return None
        return {topic: Committed(None if row[1] < 0 else row[1], row[3] or "") for topic, row in rows.items()}

    async def _offsets(self, of: Collection[Destination], which: int, isolation: int) -> dict[Destination, int]:
        found: dict[Destination, int] = {}
        tries = Tries("ListOffsets")
        while len(found) < len(of):
            by_leader: defaultdict[int, list[Destination]] = defaultdict(list)
            for one in of:
                if one not in found:
                    by_leader[await self._client.leader(one)].append(one)
            for node, asked in by_leader.items():
                request = OffsetRequest(-1, isolation, _by_topic(asked, which))
                found |= self._read(await self._client.send(node, request, tries))
            if len(found) < len(of):
                await tries.pause(LATER_SECONDS, "not all leaders have answered")
        return found

    def _read(self, answer: Any) -> dict[Destination, int]:
        found: dict[Destination, int] = {}
        for topic, partitions in answer.topics if answer is not None else ():
            for partition, code, _, offset, *_ in partitions:
                if not code:
                    found[topic, partition] = offset
                elif check("ListOffsets", code) is Then.LOOK:
                    self._client.look_again()
        return found


class _Waiting:
    """A wait for others (their transactions, their end): said after some seconds, shown to `waits` meanwhile."""

    def __init__(self, what: str, waits: Waits) -> None:
        self._what, self._waits, self._waiting = what, waits, Waiting()
        self._fence_at = FENCE_AFTER_SECONDS

    def is_long(self) -> bool:
        """True as soon as it has lasted longer than markers take, and again whenever it has lasted twice as long: what a worker that is
        gone had sent to a broker that stood still may begin its transaction only after it was fenced for the first time."""
        if self._waiting.seconds < self._fence_at:
            return False
        self._fence_at = 2 * self._waiting.seconds
        return True

    async def pause(self) -> None:
        self._waits(self._waiting.seconds)
        if self._waiting.is_to_be_said():
            log.warning("others-awaited", of=self._what, seconds=round(self._waiting.seconds, 1))
        await asyncio.sleep(min(max(LATER_SECONDS / 2, self._waiting.seconds / 10), MOST_PAUSE_SECONDS))

    def end(self) -> None:
        self._waits(0.0)


def _worst(answer: Any) -> int:
    """The first error, but for the one that whoever asks waits for."""
    codes = [answer.error_code, *(row[4] for _, partitions, _ in answer.topics for row in partitions)]
    return int(next((code for code in codes if code and code != UNSTABLE_OFFSET_COMMIT), 0))


def _by_topic(of: Iterable[Destination], which: int) -> list[tuple[str, list[tuple[int, int]]]]:
    topics: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for topic, partition in of:
        topics[topic].append((partition, which))
    return list(topics.items())


def next_offsets(committed: Mapping[str, Committed], begins: Mapping[str, int], stage: str, partition: int) -> dict[str, int]:
    """Where to go on by topic: what was committed, else the log's beginning. Records that retention took away unread are an alarm."""
    found = {}
    for topic, where in committed.items():
        begin = begins[topic]
        if where.offset is not None and where.offset < begin:
            metrics.RECORDS_SKIPPED().labels(stage, topic).inc(begin - where.offset)
            log.error("records-skipped", stage=stage, topic=topic, partition=partition, first=where.offset, next=begin)
        found[topic] = max(where.offset or 0, begin)
    return found
