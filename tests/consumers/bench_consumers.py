"""Rates of the projector and the dispatcher on a running Kafka and PostgreSQL; prints one JSON line.

    KAFKA_BOOTSTRAP_SERVERS=… DATABASE_URL=… python -m tests.consumers.bench_consumers [EVENTS]

Topics and tables must be there (`petitions run migrate`). Writes EVENTS events, half of them first events; then each consumer
reads them.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable

from kafka import KafkaProducer

from consumers.loop.membership import connect
from consumers.loop.postgres_sink import PostgresSink
from consumers.queues.role import producer as connect_producer
from consumers.queues.sink import QueueSink
from consumers.queues.transaction import QueueWriter
from consumers.read_model.projection import project
from consumers.read_model.tables import ReadModel
from consumers.settings import DispatcherSettings, ProjectorSettings
from schemas.events.case import Accepted
from schemas.events.standing import State
from schemas.events.topics import EVENTS
from schemas.platform.service import Service
from schemas.reference import offices
from tests.broker import reach
from tests.consumers.events import Life, Sent, office


def fill(bootstrap: str, number: int) -> None:
    """Write a life of two events for number/2 petitions, over all offices."""
    producer = KafkaProducer(**reach(bootstrap), acks="all", linger_ms=20, batch_size=256_000)
    codes = list(offices())
    shapes = {code: _two(code) for code in codes}
    for index in range(number // 2):
        first, second = shapes[codes[index % len(codes)]]
        petition_id = f"{time.time_ns():x}{index:x}".rjust(26, "0")[-26:]
        for one in (first, second):
            old = one.key.decode()
            value = one.value.replace(old.encode(), petition_id.encode())
            headers = [(name, petition_id.encode() if name == "ce_subject" else given) for name, given in one.headers]
            producer.send(EVENTS.name, key=petition_id.encode(), value=value, headers=headers)
    producer.flush()
    producer.close()


def _two(code: str) -> tuple[Sent, Sent]:
    life = Life(office=code)
    return life.begins(), life.happens(Accepted, actor=office(code), view={"state": State.ACCEPTED})


def rate(step: Callable[[], int], number: int) -> float:
    """Events handled in a second, from the first to the last."""
    handled = 0
    while not (count := step()):
        pass
    began = time.perf_counter()
    while handled < number - count:
        handled += step()
    return handled / (time.perf_counter() - began)


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 60_000
    name = f"bench-{os.getpid()}"
    settings, dispatch = ProjectorSettings(), DispatcherSettings()
    if "--no-fill" not in sys.argv:
        fill(settings.kafka_bootstrap_servers, number)
    result: dict[str, float] = {"events": number}
    service = Service("bench", settings)
    if "--no-projector" not in sys.argv:
        consumer = connect(service, settings, name, "")
        assert consumer is not None
        model = ReadModel(settings.database_url.get_secret_value(), name, EVENTS.name)
        projector = PostgresSink(consumer, model, settings, project, name)
        result["projector_per_s"] = round(rate(lambda: projector.step(settings.projector_batch), number))
        consumer.close()
    if "--no-dispatcher" not in sys.argv:
        consumer = connect(service, dispatch, f"{name}-d", "")
        assert consumer is not None
        dispatcher = QueueSink(consumer, QueueWriter(connect_producer(dispatch, name), consumer), dispatch)
        result["dispatcher_per_s"] = round(rate(lambda: dispatcher.step(dispatch.dispatcher_batch), number))
        consumer.close()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
