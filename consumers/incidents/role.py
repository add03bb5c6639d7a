"""Role `incidents`: petitions.events → which petitions are about one matter → `merge` and `propose-merge` on petitions.actions.

Step, in this order: poll → changes (pure) → one PostgreSQL transaction with the offsets, the memory and the requests that follow
(consumers/incidents/memory.py) → send the requests (consumers/incidents/asking.py). What was not sent is sent by the next step,
whoever does it. The case stage decides: a merge that cannot be is refused there, and the refusal is remembered here.
"""

from __future__ import annotations

import time

import psycopg
from kafka import KafkaProducer
from kafka.errors import KafkaError

from consumers.dead_letters.writing import DeadLetters
from consumers.incidents.asking import connect as connect_producer
from consumers.incidents.asking import send_waiting
from consumers.incidents.changes import Changes, changes_of
from consumers.incidents.memory import Memory
from consumers.loop.lag import LagReport
from consumers.loop.membership import connect
from consumers.loop.service import Service
from consumers.read_model.projector import Projector
from consumers.settings import IncidentSettings
from schemas.events.topics import EVENTS
from schemas.platform import metrics
from schemas.platform.logs import log

NAME = "incidents"
_FORGET_EVERY_SECONDS = 3600.0
_GATHER_MS = 400
"""Nobody waits for a merge: larger batches leave the cores to what people wait for."""


def work(service: Service, settings: IncidentSettings) -> None:
    """Look for incidents until told to stop; a database or broker that is away is waited for."""
    consumer = connect(service, settings, NAME, settings.worker_id, _GATHER_MS)
    if consumer is None:
        return
    letters = DeadLetters(settings, NAME, EVENTS)
    report = LagReport(NAME, consumer)
    url = settings.database_url.get_secret_value()
    for _ in service.tries():
        try:
            producer = connect_producer(settings)
        except KafkaError as error:
            log.warning("kafka-unavailable", error=f"{type(error).__name__}: {error}")
            continue
        try:
            with psycopg.connect(url, autocommit=True, connect_timeout=5) as outbox:
                memory = Memory(url, (NAME, EVENTS.name), settings.rules(), settings.clock())
                projector: Projector[Changes] = Projector(consumer, memory, letters, changes_of, NAME)
                try:
                    _loop(service, settings, projector, report, _Upkeep(memory, outbox, producer))
                finally:
                    projector.close()
                    memory.close()
        except psycopg.OperationalError as error:
            log.warning("database-unavailable", error=str(error).strip())
        except KafkaError as error:
            log.warning("kafka-unavailable", error=f"{type(error).__name__}: {error}")
        producer.close(timeout=3)
    consumer.close(timeout_ms=3000)
    letters.close()


class _Upkeep:
    """What is done beside the batches: sending requests, forgetting what is over."""

    def __init__(self, memory: Memory, outbox: psycopg.Connection[tuple[object, ...]], producer: KafkaProducer) -> None:
        self._memory, self._outbox, self._producer = memory, outbox, producer
        self._forget_at = time.monotonic() + _FORGET_EVERY_SECONDS

    def send(self) -> None:
        sent = send_waiting(self._outbox, self._producer)
        if sent:
            metrics.PUBLISHED().labels("incidents").inc(sent)

    def forget(self) -> None:
        """Only between batches: the memory's connection is the writer's."""
        if time.monotonic() >= self._forget_at:
            self._memory.forget()
            self._forget_at = time.monotonic() + _FORGET_EVERY_SECONDS


def _loop(service: Service, settings: IncidentSettings, projector: Projector[Changes], report: LagReport, upkeep: _Upkeep) -> None:
    while not service.stopping.is_set():
        projector.step(settings.incident_batch)
        projector.finish()
        upkeep.send()
        upkeep.forget()
        service.beat()
        service.ready = report.update(projector.newest_ms)


def run() -> None:
    settings = IncidentSettings()
    service = Service(NAME, settings)
    service.run(lambda: work(service, settings))
