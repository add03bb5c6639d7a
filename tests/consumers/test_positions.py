"""Where a sink goes on: by its own store, loudly when something is missing, and never through somebody else's transaction."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

import pytest
from kafka import TopicPartition
from prometheus_client import REGISTRY

from consumers.kafka.records import Batches, Record
from consumers.loop.offsets import Move
from consumers.loop.positions import ForeignRecord, Positions
from consumers.loop.postgres_sink import PostgresSink
from consumers.read_model.projection import Rows
from schemas.platform.settings import ProcessSettings

FIRST, SECOND = TopicPartition("petitions.events", 0), TopicPartition("petitions.events", 1)


class Consumer:
    """As much of a KafkaConsumer as a sink asks of it. `batches`: what the next polls give; `begins`: first offsets that are there."""

    def __init__(self, *mine: TopicPartition, begins: int = 0) -> None:
        self.mine, self._begins = set(mine), begins
        self.batches: list[Batches] = []
        self.sought: list[tuple[TopicPartition, int]] = []

    def assignment(self) -> set[TopicPartition]:
        return set(self.mine)

    def poll(self, timeout_ms: int, max_records: int) -> Batches:  # noqa: ARG002 — by keyword
        return self.batches.pop(0) if self.batches else {}

    def seek(self, tp: TopicPartition, offset: int) -> None:
        self.sought.append((tp, offset))

    def beginning_offsets(self, partitions: list[TopicPartition], timeout_ms: int) -> dict[TopicPartition, int]:  # noqa: ARG002
        return dict.fromkeys(partitions, self._begins)


def records(*offsets: int) -> list[Record]:
    return [Record(offset, 1, b"key", b"value", []) for offset in offsets]


def skipped(name: str) -> float:
    return REGISTRY.get_sample_value("petitions_records_skipped_total", {"stage": name, "topic": FIRST.topic}) or 0.0


def test_it_goes_on_where_the_store_says() -> None:
    """A partition that is new is sought once; a batch from there on is used, one from elsewhere is not, and is read again."""
    consumer = Consumer(FIRST)
    positions = Positions(consumer, {FIRST: 7, SECOND: 3}.__getitem__, "test")
    positions.take_up_new()
    positions.take_up_new()

    assert consumer.sought == [(FIRST, 7)]
    assert positions.go_on({FIRST: records(8, 9)})  # 7 was a transaction's marker
    consumer.mine.add(SECOND)
    assert not positions.go_on({FIRST: records(10), SECOND: records(0)})


def test_a_partition_that_came_back_is_looked_up_again() -> None:
    """Meanwhile another owner may have moved it."""
    stored, consumer = {FIRST: 7}, Consumer(FIRST)
    positions = Positions(consumer, stored.__getitem__, "test")
    positions.take_up_new()
    consumer.mine.clear()
    positions.go_on({})
    stored[FIRST] = 20
    consumer.mine.add(FIRST)
    positions.take_up_new()

    assert consumer.sought == [(FIRST, 7), (FIRST, 20)]


def test_a_topic_that_was_made_anew_is_refused() -> None:
    """The store stands behind the topic's end: it was made from another record, and would be mixed up with this one."""
    positions = Positions(Consumer(FIRST), {FIRST: 7}.__getitem__, "test")
    positions.take_up_new()

    with pytest.raises(ForeignRecord, match="stands at offset 7"):
        positions.go_on({FIRST: records(0, 1)})


def test_records_that_were_deleted_unread_are_counted() -> None:
    """The record begins behind the place where the sink stands: whether at the start or in between, it is no silent skip."""
    at_start, in_between = Consumer(FIRST, begins=10), Consumer(FIRST)
    positions = Positions(at_start, {FIRST: 7}.__getitem__, "deleted-at-start")
    positions.take_up_new()
    later = Positions(in_between, {FIRST: 7}.__getitem__, "deleted-in-between")
    later.take_up_new()
    in_between._begins = 500
    assert later.go_on({FIRST: records(500)})

    assert skipped("deleted-at-start") == 3
    assert skipped("deleted-in-between") == 493


class Tables:
    """Tables whose write waits for `go`. `inside`: whether somebody asks for an offset while a transaction is under way."""

    def __init__(self) -> None:
        self.go, self.begun, self.writing, self.inside = threading.Event(), threading.Event(), False, False

    def position(self, partition: int) -> int:  # noqa: ARG002 — every partition is new
        self.inside |= self.writing
        return 0

    def committed(self, partitions: Iterable[int]) -> dict[int, int]:
        self.inside |= self.writing
        return dict.fromkeys(partitions, 0)

    def write(self, rows: Rows, moves: Sequence[Move]) -> None:  # noqa: ARG002
        self.writing = True
        self.begun.set()
        assert self.go.wait(10)
        self.writing = False

    def close(self) -> None: ...


def test_nobody_uses_the_connection_while_a_transaction_is_under_way() -> None:
    """A partition comes while the batch before is still being written: its offset is read after that transaction, not in it."""
    consumer, tables = Consumer(FIRST), Tables()
    sink = PostgresSink(consumer, tables, ProcessSettings(), lambda _: Rows(), "test")
    consumer.batches.append({FIRST: records(0)})
    sink.step(10)
    assert tables.begun.wait(10)
    consumer.mine.add(SECOND)
    threading.Timer(0.05, tables.go.set).start()
    sink.step(10)
    sink.committed([FIRST])
    sink.close()

    assert not tables.inside
    assert (SECOND, 0) in consumer.sought
