"""What a broker does all day, for some seconds: transactions, and readers that follow them record by record.

While the JVM's archive is made, this shows it which methods are worth compiling and how; without it they are found again after every start,
which takes half a minute of a core while petitions wait.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from schemas.platform.kafka import KafkaSettings
from streams.engine.batches import Sheets
from streams.engine.client import Client
from streams.engine.types import Output
from streams.engine.writer import NO_MEMBER, Writer

_TOPICS = ("in", "out", "changelog")
_PARTITIONS = 4
_READERS = 3
_GROUP = "exercise"
_LIMIT_SECONDS = 60.0
_VALUE = b'{"text": "' + b"x" * 600 + b'"}'


def exercise(kafka: KafkaSettings, seconds: float) -> int:
    """Keep the broker that `kafka` names busy; the number of transactions. It must be one that nobody else uses.

    Raises KafkaError, Refused and TimeoutError.
    """
    work = asyncio.wait_for(_exercise(kafka, seconds), seconds + _LIMIT_SECONDS)
    with ThreadPoolExecutor(1) as other:  # the caller's thread may have an event loop that runs
        return other.submit(asyncio.run, work).result()


async def _exercise(kafka: KafkaSettings, seconds: float) -> int:
    admin = AIOKafkaAdminClient(**kafka.client())
    await admin.start()
    await admin.create_topics([NewTopic(name, _PARTITIONS, 1) for name in _TOPICS])
    await admin.close()
    until = time.monotonic() + seconds
    await _write(kafka, until=0)  # from here on all topics have their leaders
    readers = [asyncio.create_task(_follow(kafka)) for _ in range(_READERS)]
    done = await _write(kafka, until)
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    return done


async def _write(kafka: KafkaSettings, until: float) -> int:
    """Transactions in all partitions at once, at least one in each; how many."""
    return sum(await asyncio.gather(*[_write_to(kafka, number, until) for number in range(_PARTITIONS)]))


async def _write_to(kafka: KafkaSettings, partition: int, until: float) -> int:
    client = Client(kafka, f"{_GROUP}-{partition}")
    await client.start()
    writer, done = Writer(client, f"{_GROUP}-{partition}"), 0
    await writer.start()
    while done == 0 or time.monotonic() < until:
        sheets = Sheets(_PARTITIONS)
        sheets.add([Output(topic, b"key", _VALUE, (("name", b"value"),)) for topic in _TOPICS], partition)
        await writer.produce(sheets.laid_out())
        await writer.send_offsets({(_TOPICS[0], partition): done + 1}, _GROUP, NO_MEMBER)
        await writer.commit()
        done += 1
    await client.stop()
    return done


async def _follow(kafka: KafkaSettings) -> None:
    consumer = AIOKafkaConsumer(**kafka.client(), isolation_level="read_committed", enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, number) for topic in _TOPICS for number in range(_PARTITIONS)])
        while True:
            await consumer.getmany(timeout_ms=500)
    finally:
        await consumer.stop()
