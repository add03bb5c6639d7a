"""Kafka's coordinators: of transactions after KIP-890, and of the groups whose offsets they carry.

A transaction's end is certain at once and takes effect partition by partition a little later, as markers arrive.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiokafka.protocol.transaction import InitProducerIdResponse_v0

from streams.engine.protocol import NO_TAGS, EndTxnResponse, TxnOffsetCommitResponse
from tests.simulation.log import PartitionLog

SCAN_SECONDS = 1.0
"""How long after its time-out a transaction is aborted at the latest."""
_ILLEGAL_GENERATION, _UNKNOWN_MEMBER, _FENCED = 22, 25, 90
_OLD_EPOCH, _INVALID_STATE, _CONCURRENT = 47, 48, 51

To = tuple[str, int]


@dataclass(slots=True)
class Transactional:
    """A transactional id. `state`: empty, ongoing, ending, ended; `committed`: how it ended last."""

    pid: int
    epoch: int = 0
    state: str = "empty"
    committed: bool = False
    fenced: bool = False
    timeout: float = 60.0
    partitions: set[To] = field(default_factory=set)
    offsets: dict[tuple[str, To], tuple[int, str]] = field(default_factory=dict)
    serial: int = 0


@dataclass(slots=True)
class Group:
    """`members`: the generation's, by the instance that each is."""

    generation: int = 0
    members: dict[str, str] = field(default_factory=dict)
    offsets: dict[To, tuple[int, str]] = field(default_factory=dict)

    def refuses(self, generation: int, member: str) -> int:
        """The error code for a commit by this member in this generation."""
        if not self.members and generation < 0:
            return 0
        if member not in self.members.values():
            return _UNKNOWN_MEMBER
        return 0 if generation == self.generation else _ILLEGAL_GENERATION


class Coordinator:
    """`markers`: how long a marker may take, in seconds. `tell`: called whenever there may be something new to read."""

    def __init__(self, logs: Mapping[To, PartitionLog], tell: Callable[[], None], rng: random.Random, markers: float) -> None:
        self._logs, self._tell, self._rng, self._markers = logs, tell, rng, markers
        self.ids: dict[str, Transactional] = {}
        self.groups: defaultdict[str, Group] = defaultdict(Group)
        self.lenient = False
        """Whether groups take offsets from anybody."""
        self._pids = itertools.count()

    def group(self, name: str) -> Group:
        return self.groups[name]

    def init_producer_id(self, request: Any) -> Any:
        txn = self.ids.get(request.transactional_id)
        if txn is None:
            txn = self.ids[request.transactional_id] = Transactional(next(self._pids))
        elif txn.state == "ongoing":
            self._fence(txn)
            return InitProducerIdResponse_v0(0, _CONCURRENT, -1, -1)
        elif txn.state == "ending":
            return InitProducerIdResponse_v0(0, _CONCURRENT, -1, -1)
        else:
            txn.epoch += 1
        txn.state, txn.fenced, txn.timeout = "empty", False, request.transaction_timeout_ms / 1000
        return InitProducerIdResponse_v0(0, 0, txn.pid, txn.epoch)

    def _fence(self, txn: Transactional) -> None:
        txn.fenced = True
        self._end(txn, committed=False)

    def enter(self, name: str, pid: int, epoch: int) -> tuple[Transactional | None, int]:
        """The transaction to take part in, or the error code."""
        txn = self.ids.get(name)
        if txn is None or txn.pid != pid or txn.epoch != epoch:
            return None, _OLD_EPOCH
        if txn.state == "ending":
            return None, _CONCURRENT
        return txn, 0

    def begin(self, txn: Transactional) -> None:
        if txn.state != "ongoing":
            txn.state = "ongoing"
            txn.serial += 1
            asyncio.get_running_loop().call_later(txn.timeout + SCAN_SECONDS, self._expire, txn, txn.serial)

    def _expire(self, txn: Transactional, serial: int) -> None:
        if txn.serial == serial and txn.state == "ongoing":
            self._fence(txn)

    def txn_offset_commit(self, request: Any) -> Any:
        txn, code = self.enter(request.transactional_id, request.producer_id, request.producer_epoch)
        if not code and not self.lenient:
            code = self.group(request.group_id).refuses(request.generation_id, request.member_id)
        if txn is not None and not code:
            self.begin(txn)
            for topic, partitions, _ in request.topics:
                for number, offset, _, metadata, _ in partitions:
                    txn.offsets[request.group_id, (topic, number)] = (offset, metadata)
        rows = [(topic, [(number, code, NO_TAGS) for number, *_ in partitions], NO_TAGS) for topic, partitions, _ in request.topics]
        return TxnOffsetCommitResponse(0, rows, NO_TAGS)

    def end_txn(self, request: Any) -> Any:
        code, txn = self._end_code(request), self.ids[request.transactional_id]
        if code is None:
            self._end(txn, committed=request.committed)
            code = 0
        return EndTxnResponse(0, code, txn.pid, txn.epoch, NO_TAGS)

    def _end_code(self, request: Any) -> int | None:
        """None: it ends now. 0: it has ended so already, and this is a repeat."""
        txn = self.ids[request.transactional_id]
        repeated = txn.pid == request.producer_id and txn.epoch == request.producer_epoch + 1 and not txn.fenced
        if repeated and txn.state == "ending":
            return _CONCURRENT
        if repeated and txn.state == "ended":
            return 0 if txn.committed == request.committed else _INVALID_STATE
        if txn.pid != request.producer_id or txn.epoch != request.producer_epoch:
            return _FENCED
        if txn.state == "ending":
            return _CONCURRENT
        return None if txn.state == "ongoing" else _INVALID_STATE

    def _end(self, txn: Transactional, *, committed: bool) -> None:
        txn.state, txn.committed = "ending", committed
        txn.epoch += 1
        if committed:
            txn.fenced = False
        loop, left = asyncio.get_running_loop(), sorted(txn.partitions)
        waiting = [*left, None]  # None: the group's offsets
        for to in waiting:
            loop.call_later(self._rng.random() * self._markers, self._mark, txn, to, waiting)

    def _mark(self, txn: Transactional, to: To | None, waiting: list[To | None]) -> None:
        if to is not None:
            self._logs[to].mark(txn.pid, committed=txn.committed)
            self._tell()
        else:
            if txn.committed:
                for (group, at), found in txn.offsets.items():
                    self.group(group).offsets[at] = found
            txn.offsets = {}
        waiting.remove(to)
        if not waiting:
            txn.state, txn.partitions = "ended", set()
