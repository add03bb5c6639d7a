"""Role `projector`: petitions.events → the read model in PostgreSQL, each event once.

Start: join the group; seek each partition to the offset that stands in PostgreSQL.
Step, in this order:
1. poll a batch; 2. turn it into rows (pure), while PostgreSQL still writes the batch before; 3. wait for that write;
4. write unreadable records to the dead letters and wait for the acknowledgement;
5. begin one PostgreSQL transaction: move the offsets (compare and set), write the rows.
A crash between 4 and 5 repeats a dead letter and nothing else. Whoever moves an offset that another owner has already moved
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
from consumers.kafka.records import Batches, Record
from consumers.loop.lag import LagReport
from consumers.loop.membership import connect
from consumers.loop.offsets import Move, NotMine
from consumers.loop.service import Service
from consumers.read_model.projection import Rows, project
from consumers.read_model.tables import ReadModel, UnusableText
from consumers.settings import ProjectorSettings
from schemas.events.topics import EVENTS
from schemas.events.wire import NotAnEvent
from schemas.platform import metrics
from schemas.platform.logs import log

NAME = "projector"
POLL_MS = 500
CannotWrite = (psycopg.DataError, psycopg.IntegrityError, UnusableText)
ByPartition = Mapping[int, list[Record]]


class ForeignReadModel(RuntimeError):
    """The read model was made from another cluster's topic."""


class Readable(Protocol):
    """What was made of a batch; the records that are no events stand apart."""

    @property
    def rejected(self) -> list[tuple[Record, NotAnEvent]]: ...


R = TypeVar("R", bound=Readable)
R_contra = TypeVar("R_contra", bound=Readable, contravariant=True)


class Model(Protocol[R_contra]):
    """Tables that are written together with the offsets. Raises as `consumers.read_model.tables.ReadModel`."""

    def position(self, partition: int) -> int: ...
    def write(self, rows: R_contra, moves: Sequence[Move]) -> None: ...


@dataclass(frozen=True, slots=True)
class _Write:
    """A batch on its way into PostgreSQL."""

    batches: ByPartition
    done: Future[None]


class Projector(Generic[R]):
    """Moves batches from the consumer to a model. `positions` are the stored offsets as this process knows them.

    `make` turns records (in the order of their partitions) into what the model writes; `name` is for the metrics.
    """

    def __init__(
        self,
        consumer: KafkaConsumer,
        model: Model[R],
        letters: DeadLetters,
        make: Callable[[Sequence[Record]], R],
        name: str = NAME,
    ) -> None:
        self._consumer, self._model, self._letters = consumer, model, letters
        self._make, self._name = make, name
        self._positions: dict[int, int] = {}
        self._fresh: set[int] = set()
        self._writer = ThreadPoolExecutor(1, "write")
        self._pending: _Write | None = None
        self.newest_ms = 0

    def step(self, max_records: int, timeout_ms: int = POLL_MS) -> int:
        """Poll once and begin to write what came; the number of events whose write has ended since the last step."""
        self._take_up(tp for tp in self._consumer.assignment() if tp.partition not in self._positions)
        polled: Batches = self._consumer.poll(timeout_ms=timeout_ms, max_records=max_records)
        batches = {tp.partition: records for tp, records in polled.items()}
        rows = self._make([record for records in batches.values() for record in records])
        handled = self.finish()
        self._forget_revoked()
        if any(not self._is_next(partition, records) for partition, records in batches.items()):
            self._take_up(polled)
        elif batches:
            self._begin(batches, rows)
        return handled

    def finish(self) -> int:
        """Wait for the write that is under way; the number of its events, 0 when it was for nothing."""
        write, self._pending = self._pending, None
        if write is None:
            return 0
        try:
            write.done.result()
        except CannotWrite as error:
            self._write_halves(write.batches, error)
        except NotMine:
            for partition in write.batches:
                self._positions.pop(partition, None)
            return 0
        else:
            self._handled(write.batches)
        return sum(map(len, write.batches.values()))

    def close(self) -> None:
        self._writer.shutdown()

    def _is_next(self, partition: int, records: list[Record]) -> bool:
        """The batch goes on where the stored offset stands (offsets of transaction markers are skipped by the broker)."""
        position = self._positions.get(partition)
        if position is None:
            return False
        if records[0].offset >= position:
            self._fresh.discard(partition)
            return True
        if partition in self._fresh:
            raise ForeignReadModel(f"partition {partition} has no offset {position}, where the read model stands: empty its tables")
        return False

    def _forget_revoked(self) -> None:
        mine = {tp.partition for tp in self._consumer.assignment()}
        for partition in self._positions.keys() - mine:
            del self._positions[partition]

    def _take_up(self, partitions: Iterable[TopicPartition]) -> None:
        """Go on where PostgreSQL says; what was polled before is read again from there."""
        for tp in partitions:
            if tp not in self._consumer.assignment():
                continue
            offset = self._model.position(tp.partition)
            self._consumer.seek(tp, offset)
            self._positions[tp.partition] = offset
            self._fresh.add(tp.partition)
            log.info("consumer-positioned", topic=tp.topic, partition=tp.partition, offset=offset)

    def _begin(self, batches: ByPartition, rows: R) -> None:
        self._reject(batches, rows)
        self._pending = _Write(batches, self._writer.submit(self._model.write, rows, self._moves(batches)))

    def _reject(self, batches: ByPartition, rows: R) -> None:
        if not rows.rejected:
            return
        sources = {id(record): partition for partition, records in batches.items() for record in records}
        for record, error in rows.rejected:
            self._letters.send(sources[id(record)], record, error)
        self._letters.flush()

    def _handled(self, batches: ByPartition) -> None:
        for partition, records in batches.items():
            self._positions[partition] = records[-1].offset + 1
            self.newest_ms = max(self.newest_ms, records[-1].timestamp)
        metrics.CONSUMED().labels(self._name).inc(sum(map(len, batches.values())))

    def _write_halves(self, batches: ByPartition, error: Exception) -> None:
        """A row does not fit: halve the batch until the culprit is alone, and dead-letter that; all others are written."""
        parts = [{partition: records} for partition, records in batches.items()]
        if len(parts) == 1:
            ((partition, records),) = batches.items()
            if len(records) == 1:
                self._write_nothing(partition, records[0], error)
                return
            middle = len(records) // 2
            parts = [{partition: records[:middle]}, {partition: records[middle:]}]
        for part in parts:
            self._write_now(part)

    def _write_now(self, batches: ByPartition) -> None:
        # What cannot be read was dead-lettered when the whole batch was begun.
        rows = self._make([record for records in batches.values() for record in records])
        try:
            self._model.write(rows, self._moves(batches))
        except CannotWrite as error:
            self._write_halves(batches, error)
        else:
            self._handled(batches)

    def _write_nothing(self, partition: int, record: Record, error: Exception) -> None:
        self._letters.send(partition, record, error)
        self._letters.flush()
        self._model.write(self._make([]), self._moves({partition: [record]}))
        self._handled({partition: [record]})

    def _moves(self, batches: ByPartition) -> list[Move]:
        return [Move(partition, self._positions[partition], records[-1].offset + 1) for partition, records in batches.items()]


def work(service: Service, settings: ProjectorSettings) -> None:
    """Project until told to stop; a database that is away is waited for."""
    consumer = connect(service, settings, NAME, settings.worker_id)
    if consumer is None:
        return
    letters = DeadLetters(settings, NAME, EVENTS)
    report = LagReport(NAME, consumer)
    for _ in service.tries():
        try:
            model = ReadModel(settings.database_url.get_secret_value(), NAME, EVENTS.name)
        except psycopg.OperationalError as error:
            log.warning("database-unavailable", error=str(error).strip())
            continue
        projector = Projector(consumer, model, letters, project)
        try:
            _loop(service, settings, projector, report)
        except psycopg.OperationalError as error:
            # Whether the last transaction was committed is unknown; the next projector starts from the stored offsets.
            log.warning("database-unavailable", error=str(error).strip())
        projector.close()
        model.close()
    consumer.close(timeout_ms=3000)
    letters.close()


def _loop(service: Service, settings: ProjectorSettings, projector: Projector[Rows], report: LagReport) -> None:
    while not service.stopping.is_set():
        projector.step(settings.projector_batch)
        service.beat()
        service.ready = report.update(projector.newest_ms)
    projector.finish()


def run() -> None:
    settings = ProjectorSettings()
    service = Service(NAME, settings)
    service.run(lambda: work(service, settings))
