"""Kafka, as far as a worker knows it: logs, and requests as they stand on the wire. With no bugs meant."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any

from aiokafka.protocol.admin import DescribeGroupsResponse_v0
from aiokafka.protocol.offset import OffsetResponse_v3
from aiokafka.record.default_records import DefaultRecordBatch

from schemas.events.brokers import LOWEST_METADATA_VERSION, TRANSACTION_VERSION
from streams.engine.protocol import _FEATURES, _SUPPORTED, NO_TAGS, ApiVersionsResponse, OffsetFetchResponse, ProduceResponse
from tests.simulation.coordinator import Coordinator, To
from tests.simulation.log import PartitionLog, Producer

_OUT_OF_ORDER, _UNSTABLE = 45, 88


class Broker:
    """`now_ms`: its own clock, which is right. `markers`: how long a marker may take, in seconds."""

    def __init__(self, topics: Iterable[str], partitions: int, now_ms: Callable[[], int], rng: random.Random, markers: float) -> None:
        self.partitions, self.now_ms = partitions, now_ms
        self.logs = {(topic, number): PartitionLog(topic, number) for topic in topics for number in range(partitions)}
        self.coordinator = Coordinator(self.logs, self.tell, rng, markers)
        self.listeners: list[Callable[[], None]] = []
        """Called whenever there may be something new to read."""
        self._handlers: dict[int, Callable[[Any], Any]] = {
            0: self._produce,
            2: self._list_offsets,
            9: self._offset_fetch,
            15: self._describe_groups,
            18: self._api_versions,
            22: self.coordinator.init_producer_id,
            26: self.coordinator.end_txn,
            28: self.coordinator.txn_offset_commit,
        }

    def end_foreign(self, to: To, pid: int, *, committed: bool) -> None:
        """Of a transaction that no transactional id stands for."""
        self.logs[to].mark(pid, committed=committed)
        self.tell()

    def tell(self) -> None:
        """There may be something new to read."""
        for listener in self.listeners:
            listener()

    def handle(self, request: Any) -> Any:
        """Answer a request as it stands on the wire."""
        return self._handlers[request.API_KEY](request)

    def _api_versions(self, _request: Any) -> Any:
        supported = _SUPPORTED.encode([("metadata.version", 7, LOWEST_METADATA_VERSION, NO_TAGS)])
        in_force = _FEATURES.encode([("transaction.version", TRANSACTION_VERSION, 0, NO_TAGS)])
        return ApiVersionsResponse(0, [], 0, {0: supported, 2: in_force})

    def _produce(self, request: Any) -> Any:
        answers = []
        for topic, partitions, _ in request.topics:
            rows = []
            for number, batch, _ in partitions:
                code, offset = self._append(request.transactional_id, (topic, number), bytes(batch))
                rows.append((number, code, offset, -1 if code else self.now_ms(), 0, [], None, NO_TAGS))
            answers.append((topic, rows, NO_TAGS))
        return ProduceResponse(answers, 0, NO_TAGS)

    def _append(self, name: str, to: To, raw: bytes) -> tuple[int, int]:
        batch: Any = DefaultRecordBatch(bytearray(raw))
        pid, epoch, number = batch.producer_id, batch.producer_epoch, batch.base_sequence
        txn, code = self.coordinator.enter(name, pid, epoch)
        if txn is None:
            return code, -1
        log = self.logs[to]
        known = log.producers.get(pid)
        if known is None or known.epoch != epoch:
            known = Producer(epoch)
        elif number in known.bases:
            return 0, known.bases[number]
        if number != known.following:
            return _OUT_OF_ORDER, -1
        rows = [(one.key, one.value, tuple(one.headers)) for one in batch]
        self.coordinator.begin(txn)
        txn.partitions.add(to)
        log.producers[pid] = known
        known.bases[number] = log.append(rows, self.now_ms(), pid)
        known.following += len(rows)
        return 0, known.bases[number]

    def _list_offsets(self, request: Any) -> Any:
        answers = []
        for topic, partitions in request.topics:
            rows = []
            for number, which in partitions:
                log = self.logs[topic, number]
                offset = log.begin if which == -2 else log.stable if request.isolation_level else log.end
                rows.append((number, 0, -1, offset))
            answers.append((topic, rows))
        return OffsetResponse_v3(0, answers)

    def _offset_fetch(self, request: Any) -> Any:
        group = self.coordinator.group(request.group_id)
        pending = {at for txn in self.coordinator.ids.values() for name, at in txn.offsets if name == request.group_id}
        answers = []
        for topic, numbers, _ in request.topics:
            rows = []
            for number in numbers:
                offset, metadata = group.offsets.get((topic, number), (-1, ""))
                code = _UNSTABLE if request.require_stable and (topic, number) in pending else 0
                rows.append((number, offset, -1, metadata, code, NO_TAGS))
            answers.append((topic, rows, NO_TAGS))
        return OffsetFetchResponse(0, answers, 0, NO_TAGS)

    def _describe_groups(self, request: Any) -> Any:
        rows = [(0, name, "Stable", "consumer", "range", list(self.coordinator.group(name).members)) for name in request.groups]
        return DescribeGroupsResponse_v0(rows)
