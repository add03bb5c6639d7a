"""The engines' common job at a steady rate: what an event costs, and how long it waits, from producing to a `read_committed` reader.

In turn on one warm broker (the first contestant runs once before, without counting), each on topics of its own. CPU is that of the
contestant and of the broker (the load's own produce requests included, the same for all), counted over the measured span alone.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.one_machine.embedded import EmbeddedKafka
from tests.bench import petitions
from tests.bench.broker import Broker, Row, connected
from tests.bench.contestants import KAFKA_STREAMS_20_MS, KAFKA_STREAMS_100_MS, OURS, Contestant, Run
from tests.bench.latency import percentile
from tests.bench.process import Measured, Running, running
from tests.bench.results import Cell, Goal, Section, WrongResult, say
from tests.broker import kafka_in, reach

PARTITIONS = 4
RATES = (100, 1_000)
CONTESTANTS = (OURS, KAFKA_STREAMS_20_MS, KAFKA_STREAMS_100_MS)
REFERENCE = KAFKA_STREAMS_20_MS
GOALS = {100: 0.7, 1_000: 0.6}
"""Our CPU an event, as a share of the reference's, by rate."""
WARM_UP_SECONDS = 20.0
SPAN_SECONDS = 20.0
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Paced:
    """One contestant at one rate: CPU in ms an event, waits in ms."""

    contestant: str
    rate: int
    worker_ms: float
    broker_ms: float
    p50: float
    p99: float

    @property
    def cpu_ms(self) -> float:
        return self.worker_ms + self.broker_ms


class Reader:
    """Reads a topic's committed records as they come; `seen` has the arrival of each event's id (perf_counter seconds)."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self.seen: dict[str, float] = {}

    async def run(self) -> None:
        async for record in self._consumer:
            event = orjson.loads(record.value)
            if event["id"] in self.seen:
                raise WrongResult(f"event {event['id']} came twice")
            self.seen[event["id"]] = time.perf_counter()

    async def wait_for(self, ids: Iterable[str]) -> None:
        """Until all have come; TimeoutError after a minute."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            for id_ in ids:
                while id_ not in self.seen:  # noqa: ASYNC110 -- what arrives is too much to signal each
                    await asyncio.sleep(0.01)


async def produce(producer: AIOKafkaProducer, topic: str, rows: Sequence[Row], rate: float) -> dict[str, float]:
    """Open loop: row number n is sent at start + n / rate. When each event's id was to be sent (perf_counter seconds)."""
    start, intended, under_way = time.perf_counter(), {}, set()
    for number, row in enumerate(rows):
        at = start + number / rate
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        intended[str(orjson.loads(row.value)["id"])] = at
        under_way.add(await producer.send(topic, key=row.key, value=row.value))
    await asyncio.gather(*under_way)
    return intended


async def measure(
    directory: Path,
    rates: Sequence[int] = RATES,
    contestants: Sequence[Contestant] = CONTESTANTS,
    warm_up: float = WARM_UP_SECONDS,
    span: float = SPAN_SECONDS,
    make: Callable[[Path], EmbeddedKafka] = kafka_in,
) -> list[Paced]:
    """Each contestant at each rate, on one broker."""
    found = []
    with make(directory / "kafka") as kafka:
        async with connected(kafka.bootstrap) as broker:
            commands = {one.name: one.prepare(directory) for one in contestants}
            warming = replace(contestants[0], name="warming-up", label="warming the broker up")
            commands[warming.name] = commands[contestants[0].name]
            for one in (warming, *contestants):
                run = Run(kafka.bootstrap, f"paced-{one.name}.in", f"paced-{one.name}", PARTITIONS, directory / one.name)
                await broker.create({run.input: {}, **one.topics(run)}, PARTITIONS)
                async with running(commands[one.name](run)) as process:
                    found += await _rates(kafka, broker, one, run, process, rates, warm_up, span)
    return [paced for paced in found if paced.contestant != warming.name]


async def _rates(
    kafka: EmbeddedKafka,
    broker: Broker,
    one: Contestant,
    run: Run,
    process: Running,
    rates: Sequence[int],
    warm_up: float,
    span: float,
) -> list[Paced]:
    consumer = AIOKafkaConsumer(**reach(kafka.bootstrap), isolation_level="read_committed", fetch_max_wait_ms=100)
    producer = AIOKafkaProducer(**reach(kafka.bootstrap), acks="all", linger_ms=0)
    await consumer.start()
    consumer.assign([TopicPartition(run.output, number) for number in range(PARTITIONS)])
    await consumer.seek_to_beginning()
    await producer.start()
    reader = Reader(consumer)
    reading = asyncio.create_task(reader.run())
    try:
        found, first = [], 0
        for rate in rates:
            first, paced = await _span(kafka, one, run, process, producer, reader, first, rate, warm_up, span)
            found.append(paced)
            cpu = f"{paced.worker_ms:.2f} + {paced.broker_ms:.2f} ms CPU"
            say(f"{one.label:<62} {rate:>5}/s  {cpu}  p50 {paced.p50:.0f}  p99 {paced.p99:.0f} ms")
        return found
    finally:
        reading.cancel()
        await producer.stop()
        await consumer.stop()


async def _span(
    kafka: EmbeddedKafka,
    one: Contestant,
    run: Run,
    process: Running,
    producer: Any,
    reader: Reader,
    first: int,
    rate: int,
    warm_up: float,
    span: float,
) -> tuple[int, Paced]:
    """Warm up, then measure; the number of the next record, and the result."""
    warm, count = round(rate * warm_up), round(rate * span)
    rows = list(petitions.job_rows(warm + count, (warm + count) // 2, first=first))
    rows = [Row(row.key, row.value.replace(b'"id":"', b'"id":"%d-' % rate, 1)) for row in rows]
    await reader.wait_for(await produce(producer, run.input, rows[:warm], rate))
    process.check()
    assert kafka.pid is not None
    server, before = Measured(kafka.pid), process.cpu
    intended = await produce(producer, run.input, rows[warm:], rate)
    await reader.wait_for(intended)
    worker_cpu, broker_cpu = process.cpu - before, server.cpu
    waits = [(reader.seen[id_] - at) * 1000 for id_, at in intended.items()]
    each = 1000 / count
    return first + warm + count, Paced(
        one.name, rate, worker_cpu * each, broker_cpu * each, percentile(waits, 0.5), percentile(waits, 0.99)
    )


def section(found: Sequence[Paced], contestants: Sequence[Contestant] = CONTESTANTS) -> Section:
    """A row for each contestant and rate, ours as a share of the reference."""
    labels = {one.name: one.label for one in contestants}
    reference = {one.rate: one for one in found if one.contestant == REFERENCE.name}
    rows: list[dict[str, Cell]] = [
        {
            "engine": labels[one.contestant],
            "events/s": one.rate,
            "worker ms": round(one.worker_ms, 2),
            "broker ms": round(one.broker_ms, 2),
            "CPU of reference": _share(one.cpu_ms, reference[one.rate].cpu_ms),
            "p50 ms": round(one.p50, 1),
            "p50 of reference": _share(one.p50, reference[one.rate].p50),
            "p99 ms": round(one.p99, 1),
            "p99 of reference": _share(one.p99, reference[one.rate].p99),
        }
        for one in found
    ]
    return Section(
        "paced",
        "Engines at a steady rate: CPU an event, and the wait from producing to a read_committed reader",
        tuple(rows),
        tuple(goal for one in found if one.contestant == OURS.name for goal in _goals(one, reference[one.rate])),
        (
            f"reference: {REFERENCE.label}",
            f"after {WARM_UP_SECONDS:.0f} s at the same rate; broker CPU includes the load's own produce requests",
        ),
        {"runs": [{name: getattr(one, name) for name in Paced.__slots__} for one in found]},
        by=("engine", "events/s"),
        plots=("CPU of reference", "p99 ms"),
    )


def _share(ours: float, theirs: float) -> float:
    return round(ours / theirs, 2)


def _goals(ours: Paced, theirs: Paced) -> tuple[Goal, ...]:
    at = f"at {ours.rate:,}/s"
    return (
        Goal(f"CPU an event {at}, share of the reference", GOALS[ours.rate], _share(ours.cpu_ms, theirs.cpu_ms), at_least=False),
        Goal(f"p50 {at}, share of the reference", 1.0, _share(ours.p50, theirs.p50), at_least=False),
        Goal(f"p99 {at}, share of the reference", 1.0, _share(ours.p99, theirs.p99), at_least=False),
    )
