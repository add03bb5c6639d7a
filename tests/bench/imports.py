"""`petitions import` against a bare kafka-python loop that sends the same records to the same broker: rows a second, in turn."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import orjson
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from producers.importing import sources
from producers.importing.publishing import Importer, Outcome, Plan, publish_all
from producers.importing.sealing import Sealer
from producers.intake.making import Maker
from producers.kafka.bulk import BulkPublisher
from schemas.events.topics import INTAKE
from tests.bench import petitions
from tests.bench.broker import Row, connected
from tests.bench.results import Cell, Goal, Section, WrongResult, say
from tests.broker import create, kafka_in, operator, reach

ROUNDS = 3
PARTITIONS = 4
SHARE_GOAL = 0.5
_BARE = "bench.import.bare"
# As producers/kafka/publisher.py has them.
_SETTINGS = {"acks": "all", "enable_idempotence": True, "linger_ms": 0, "batch_size": 256 * 1024, "metrics_enabled": False}


@dataclass(frozen=True, slots=True)
class Ran:
    """A round: rows a second by the clock on the wall, and microseconds of this process's CPU a row."""

    rate: float
    cpu_us: float


Found = Mapping[str, Sequence[Ran]]
"""By who."""


async def measure(directory: Path, count: int) -> Section:
    """`count` rows a round; the first round of each warms up and does not count."""
    file = directory / "rows.jsonl"
    file.write_bytes(b"".join(_line(number) for number in range(count)))
    with kafka_in(directory / "kafka") as kafka:
        create(kafka.bootstrap, INTAKE, partitions=PARTITIONS)
        async with connected(kafka.bootstrap) as broker:
            await broker.create({_BARE: {}}, PARTITIONS)
        return _section(await asyncio.to_thread(_rounds, kafka.bootstrap, file, count), count)


def _rounds(bootstrap: str, file: Path, count: int) -> Found:
    gc.set_threshold(50_000, 20, 50)  # as the command has it, and for both
    found: dict[str, list[Ran]] = {"bare": [], "import": []}
    _import(bootstrap, file, count)
    records = _published(bootstrap, count)
    for number in range(ROUNDS + 1):
        for name, work in (("bare", lambda: _send(bootstrap, records)), ("import", lambda: _import(bootstrap, file, count))):
            ran = _timed(work, count)
            say(f"{name:>7}  {ran.rate:,.0f}/s, {ran.cpu_us:,.0f} µs CPU" + ("" if number else "  (warms up)"))
            found[name].append(ran)
    return {name: rounds[1:] for name, rounds in found.items()}


def _line(number: int) -> bytes:
    """A petition as a channel's export has it."""
    return orjson.dumps(petitions.request(number).model_dump(mode="json", exclude_none=True), option=orjson.OPT_APPEND_NEWLINE)


def _timed(work: Callable[[], None], count: int) -> Ran:
    gc.collect()
    begun, cpu = time.perf_counter(), time.process_time()
    work()
    return Ran(count / (time.perf_counter() - begun), (time.process_time() - cpu) * 1e6 / count)


def _import(bootstrap: str, file: Path, count: int) -> None:
    """As the command does it, but for its bar and its state file."""
    outcome = Outcome()
    asyncio.run(_imported(bootstrap, file, outcome))
    if outcome.counts != {"published": count}:
        raise WrongResult(f"not all of {count} rows were published: {outcome.counts}")


async def _imported(bootstrap: str, file: Path, outcome: Outcome) -> None:
    async with BulkPublisher(operator(bootstrap), INTAKE) as publisher:
        importer = Importer(publisher, Maker(petitions.SECRET), Sealer(None, petitions.SECRET))
        with sources.opened(file, lambda _: None) as source:
            await publish_all(importer, sources.rows(source), Plan(None, petitions.CHANNEL, "bench"), outcome, lambda _: None)


def _published(bootstrap: str, count: int) -> list[Row]:
    """What the importer has made of the rows."""
    partitions = [TopicPartition(INTAKE.name, number) for number in range(PARTITIONS)]
    with closing(KafkaConsumer(**reach(bootstrap), auto_offset_reset="earliest", consumer_timeout_ms=5000)) as consumer:
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        records = [Row(one.key, one.value, one.headers) for one, _ in zip(consumer, range(count), strict=False)]
    if len(records) != count:
        raise WrongResult(f"{len(records)} of {count} rows are in Kafka")
    return records


def _send(bootstrap: str, records: Sequence[Row]) -> None:
    """The yardstick: no check, no identity, nobody told."""
    with closing(KafkaProducer(**reach(bootstrap), **_SETTINGS)) as producer:
        for one in records:
            producer.send(_BARE, key=one.key, value=one.value, headers=one.headers)
        producer.flush()


def _section(found: Found, count: int) -> Section:
    rate = {name: median(one.rate for one in rounds) for name, rounds in found.items()}
    cpu = {name: median(one.cpu_us for one in rounds) for name, rounds in found.items()}
    share = rate["import"] / rate["bare"]
    rows: tuple[dict[str, Cell], ...] = tuple(
        {
            "who": name,
            "rows/s": round(rate[name]),
            "against bare": round(rate[name] / rate["bare"], 2),
            "CPU µs/row": round(cpu[name]),
            "CPU against bare": round(cpu[name] / cpu["bare"], 2),
        }
        for name in found
    )
    return Section(
        "import",
        "Rows a second that `petitions import` reads, checks and publishes",
        rows,
        (Goal("import against the bare producer", SHARE_GOAL, round(share, 2)),),
        (
            f"{count:,} JSON lines a round, {ROUNDS} rounds in turn after one that does not count; one process, acknowledged by the broker",
            "bare: kafka-python's `send` in a loop, of the records that the import has made, with the same settings",
        ),
        {name: [asdict(one) for one in rounds] for name, rounds in found.items()},
    )
