"""Role `projector`: petitions.events → the read model in PostgreSQL, each event once.

Start: join the group; when a partition's first records come, seek to the offset that stands in PostgreSQL.
Step, in this order:
1. poll a batch; 2. turn it into rows (pure); 3. write unreadable records to the dead letters and wait for the acknowledgement;
4. one PostgreSQL transaction: move the offsets (compare and set), write the rows.
A crash between 3 and 4 repeats a dead letter and nothing else. Whoever moves an offset that another owner has already moved writes nothing
and reads the stored offset again, so two owners of a partition during a rebalance do no harm.
"""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from kafka import KafkaConsumer, TopicPartition

from consumers.dead_letters import DeadLetters
from consumers.kafka import Batches, Record, newest
from consumers.lag import LagReport
from consumers.membership import connect
from consumers.projection import project
from consumers.read_model import Move, NotMine, ReadModel, UnusableText
from consumers.service import Service
from consumers.settings import ProjectorSettings
from schemas import metrics
from schemas.logs import log
from schemas.topics import EVENTS

NAME = "projector"
POLL_MS = 500
CannotWrite = (psycopg.DataError, psycopg.IntegrityError, UnusableText)


class Projector:
    """Moves batches from the consumer to the read model. `positions` are the stored offsets as this process knows them."""

    def __init__(self, consumer: KafkaConsumer, model: ReadModel, letters: DeadLetters) -> None:
        self._consumer, self._model, self._letters = consumer, model, letters
        self._positions: dict[int, int] = {}
        self.newest_ms = 0

    def step(self, max_records: int, timeout_ms: int = POLL_MS) -> int:
        """Poll once and write what came; the number of events handled."""
        batches: Batches = self._consumer.poll(timeout_ms=timeout_ms, max_records=max_records)
        self._forget_revoked()
        ready = {tp: records for tp, records in batches.items() if tp.partition in self._positions}
        for tp in batches.keys() - ready.keys():
            self._take_up(tp)
        if not ready:
            return 0
        try:
            self._write({tp.partition: records for tp, records in ready.items()})
        except NotMine:
            for tp in ready:
                self._take_up(tp)
            return 0
        self.newest_ms = newest(ready)
        return sum(map(len, ready.values()))

    def _forget_revoked(self) -> None:
        mine = {tp.partition for tp in self._consumer.assignment()}
        for partition in self._positions.keys() - mine:
            del self._positions[partition]

    def _take_up(self, tp: TopicPartition) -> None:
        """Go on where PostgreSQL says; what was polled before is read again from there."""
        if tp not in self._consumer.assignment():
            return
        offset = self._model.position(tp.partition)
        self._consumer.seek(tp, offset)
        self._positions[tp.partition] = offset
        log.info("consumer-positioned", topic=tp.topic, partition=tp.partition, offset=offset)

    def _write(self, batches: dict[int, list[Record]]) -> None:
        """Write a batch; when a row does not fit, halve it until the culprit is alone, and dead-letter that."""
        rows = project([record for records in batches.values() for record in records])
        sources = {id(record): partition for partition, records in batches.items() for record in records}
        for record, error in rows.rejected:
            self._letters.send(sources[id(record)], record, error)
        self._letters.flush()
        try:
            self._model.write(rows, self._moves(batches))
        except CannotWrite as error:
            self._write_halves(batches, error)
            return
        for partition, records in batches.items():
            self._positions[partition] = records[-1].offset + 1
        metrics.CONSUMED().labels(NAME).inc(sum(map(len, batches.values())))

    def _write_halves(self, batches: dict[int, list[Record]], error: Exception) -> None:
        if len(batches) > 1:
            for partition, records in batches.items():
                self._write({partition: records})
            return
        ((partition, records),) = batches.items()
        if len(records) > 1:
            middle = len(records) // 2
            self._write({partition: records[:middle]})
            self._write({partition: records[middle:]})
            return
        self._letters.send(partition, records[0], error)
        self._letters.flush()
        self._model.write(project([]), self._moves(batches))
        self._positions[partition] = records[0].offset + 1

    def _moves(self, batches: dict[int, list[Record]]) -> Sequence[Move]:
        return [
            Move(partition, self._positions[partition], records[-1].offset + 1)
            for partition, records in batches.items()
        ]


def work(service: Service, settings: ProjectorSettings) -> None:
    """Project until told to stop; a database that is away is waited for."""
    consumer = connect(service, settings, NAME, settings.worker_id)
    if consumer is None:
        return
    letters = DeadLetters(settings, NAME, EVENTS)
    report = LagReport(NAME, consumer)
    try:
        for _ in service.tries():
            try:
                model = ReadModel(settings.database_url.get_secret_value(), NAME, EVENTS.name)
            except psycopg.OperationalError as error:
                log.warning("database-unavailable", error=str(error).strip())
                continue
            try:
                _loop(service, settings, Projector(consumer, model, letters), report)
            except psycopg.OperationalError as error:
                log.warning("database-unavailable", error=str(error).strip())
            finally:
                model.close()
    finally:
        consumer.close(timeout_ms=3000)
        letters.close()


def _loop(service: Service, settings: ProjectorSettings, projector: Projector, report: LagReport) -> None:
    while not service.stopping.is_set():
        projector.step(settings.projector_batch)
        service.beat()
        service.ready = report.update(projector.newest_ms)


def run() -> None:
    settings = ProjectorSettings()
    service = Service(NAME, settings)
    service.run(lambda: work(service, settings))
