"""A sink in PostgreSQL: what is made of a batch is written in one transaction with the offsets.

Step, in this order:
1. take up partitions that are new: seek to the offset that stands in PostgreSQL;
2. poll a batch; 3. make rows of it (pure), while PostgreSQL still writes the batch before; 4. wait for that write;
5. write unreadable records to the dead letters and wait for the acknowledgement;
6. begin one PostgreSQL transaction: move the offsets (compare and set), write the rows.
A crash between 5 and 6 repeats a dead letter and nothing else. Whoever moves an offset that another owner has already moved
writes nothing and reads the stored offset again, so two owners of a partition during a rebalance do no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import psycopg
from kafka import KafkaConsumer, TopicPartition

from consumers.dead_letters.writing import DeadLetters
from consumers.kafka.records import Batches, Record, newest
from consumers.loop.offsets import Move, NotMine
from consumers.loop.positions import Positions
from consumers.loop.sink import POLL_MS
from schemas.events.topics import EVENTS
from schemas.events.wire import NotAnEvent
from schemas.platform import metrics
from schemas.platform.logs import log
from schemas.platform.settings import ProcessSettings

T = TypeVar("T")


class UnusableRow(ValueError):
    """A row does not fit its table; the message never repeats what stands in it, as PostgreSQL's would."""

    @classmethod
    def of(cls, error: Exception) -> UnusableRow:
        return cls(f"{type(error).__name__}: SQLSTATE {error.sqlstate}") if isinstance(error, psycopg.Error) else cls(str(error))


CannotWrite = (psycopg.DataError, psycopg.IntegrityError, UnusableRow)
"""What a row raises that will not fit at the next try either."""


class Readable(Protocol):
    """What was made of a batch; the records that are no events stand apart."""

    @property
    def rejected(self) -> list[tuple[Record, NotAnEvent]]: ...


R = TypeVar("R", bound=Readable)
R_contra = TypeVar("R_contra", bound=Readable, contravariant=True)


class Tables(Protocol[R_contra]):
    """Tables that are written together with the offsets, through one connection, by one thread.

    Each method raises psycopg.OperationalError when the database is away.
    """

    def position(self, partition: int) -> int:
        """The offset at which a partition goes on; a new partition starts at 0."""
        ...

    def committed(self, partitions: Iterable[int]) -> dict[int, int]:
        """The stored offsets; partitions without one are left out."""
        ...

    def write(self, rows: R_contra, moves: Sequence[Move]) -> None:
        """Write all or nothing. Raise NotMine when another owner moved an offset, one of `CannotWrite` for a row that does not fit."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Write:
    """A batch on its way into PostgreSQL."""

    batches: Batches
    done: Future[None]


class PostgresSink(Generic[R]):
    """Moves batches from the consumer to the tables. See `consumers.loop.sink.Sink` for its contract.

    `make` turns records (in the order of their partitions) into what the tables write; `name` is for metrics and dead letters.
    """

    def __init__(
        self, consumer: KafkaConsumer, tables: Tables[R], settings: ProcessSettings, make: Callable[[Sequence[Record]], R], name: str
    ) -> None:
        self._consumer, self._tables, self._make, self._name = consumer, tables, make, name
        self._letters = DeadLetters(settings, name, EVENTS)
        self._positions = Positions(consumer, lambda tp: self.in_turn(tables.position, tp.partition), name)
        # The connection belongs to this one thread: nothing can get into a transaction that is under way.
        self._writer = ThreadPoolExecutor(1, "write")
        self._pending: _Write | None = None
        self.newest: dict[int, int] = {}

    def in_turn(self, call: Callable[..., T], *arguments: object) -> T:
        """Call something that uses the tables' connection, after the write that is under way."""
        return self._writer.submit(call, *arguments).result()

    def step(self, max_records: int, timeout_ms: int = POLL_MS) -> int:
        self._positions.take_up_new()
        batches: Batches = self._consumer.poll(timeout_ms=timeout_ms, max_records=max_records)
        rows = self._make([record for records in batches.values() for record in records])
        handled = self.finish()
        if not self._positions.go_on(batches):
            self._positions.take_up(batches)
        elif batches:
            self._reject(batches, rows)
            self._pending = _Write(batches, self._writer.submit(self._tables.write, rows, self._moves(batches)))
        return handled

    def committed(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        wanted = list(partitions)
        found = self.in_turn(self._tables.committed, [tp.partition for tp in wanted])
        return {tp: found.get(tp.partition, 0) for tp in wanted}

    def finish(self) -> int:
        """Wait for the write that is under way; the number of its events, 0 when it was for nothing."""
        write, self._pending = self._pending, None
        if write is None:
            return 0
        try:
            write.done.result()
        except CannotWrite as error:
            splits = self._write_halves(write.batches, error)
            log.warning("step-split", stage=self._name, records=sum(map(len, write.batches.values())), splits=splits)
        except NotMine:
            self._positions.lost(write.batches)
            return 0
        else:
            self._handled(write.batches)
        return sum(map(len, write.batches.values()))

    def close(self) -> None:
        self._writer.shutdown()
        self._tables.close()
        self._letters.close()

    def _reject(self, batches: Batches, rows: R) -> None:
        if not rows.rejected:
            return
        sources = {id(record): tp.partition for tp, records in batches.items() for record in records}
        for record, error in rows.rejected:
            self._letters.send(sources[id(record)], record, error)
        self._letters.flush()

    def _handled(self, batches: Batches) -> None:
        for tp, records in batches.items():
            self._positions.moved(tp, records[-1].offset + 1)
        self.newest |= newest(batches)
        metrics.CONSUMED().labels(self._name).inc(sum(map(len, batches.values())))

    def _write_halves(self, batches: Batches, error: Exception) -> int:
        """A row does not fit: halve the batch until the culprit is alone, and dead-letter that; all others are written. How often
        it was halved."""
        parts = [{tp: records} for tp, records in batches.items()]
        if len(parts) == 1:
            ((tp, records),) = batches.items()
            if len(records) == 1:
                self._write_nothing(tp, records[0], error)
                return 0
            middle = len(records) // 2
            parts = [{tp: records[:middle]}, {tp: records[middle:]}]
        return 1 + sum(map(self._write_now, parts))

    def _write_now(self, batches: Batches) -> int:
        # What cannot be read was dead-lettered when the whole batch was begun.
        rows = self._make([record for records in batches.values() for record in records])
        try:
            self.in_turn(self._tables.write, rows, self._moves(batches))
        except CannotWrite as error:
            return self._write_halves(batches, error)
        self._handled(batches)
        return 0

    def _write_nothing(self, tp: TopicPartition, record: Record, error: Exception) -> None:
        self._letters.send(tp.partition, record, UnusableRow.of(error))
        self._letters.flush()
        self.in_turn(self._tables.write, self._make([]), self._moves({tp: [record]}))
        self._handled({tp: [record]})

    def _moves(self, batches: Mapping[TopicPartition, list[Record]]) -> list[Move]:
        return [Move(tp.partition, self._positions[tp], records[-1].offset + 1) for tp, records in batches.items()]
