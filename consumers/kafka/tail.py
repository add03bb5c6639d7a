"""Reading the end of topics from a thread, and handing what comes to an asyncio loop in batches."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from consumers.kafka.patient import Patient
from consumers.kafka.records import Batches, config, lean
from schemas.platform.logs import log
from schemas.platform.settings import ProcessSettings

POLL_MS = 200
MAX_RECORDS = 2000
# Batches on their way to the loop. When the loop is busy the thread waits: Kafka is the buffer.
IN_FLIGHT = 4

Take = Callable[[Batches], None]


class Tail:
    """A thread with a consumer that starts at the end. `take` and `lost` run on the loop; `ready` while the consumer stands."""

    client = KafkaConsumer
    """Its consumer's class."""

    def __init__(
        self,
        settings: ProcessSettings,
        name: str,
        loop: asyncio.AbstractEventLoop,
        take: Take,
        lost: Callable[[], None],
    ) -> None:
        self._settings, self._name, self._loop, self._take, self._lost = settings, name, loop, take, lost
        self._stopping = threading.Event()
        self._slots = threading.Semaphore(IN_FLIGHT)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.ready = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Tell the thread to end; does not wait."""
        self._stopping.set()

    def join(self, timeout: float) -> None:
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping.is_set():
            consumer = self._connect()
            if consumer is None:
                return
            try:
                self._read(consumer)
            except Exception as error:  # noqa: BLE001 -- whatever it is, listeners must not wait for a thread that is gone
                # What was written until the next consumer is at the end may be missed: whoever listens must know.
                self._call(self._lost)
                log.warning("kafka-unavailable", error=f"{type(error).__name__}: {error}")
            finally:
                self.ready = False
                consumer.close(timeout_ms=1000)

    def _read(self, consumer: KafkaConsumer) -> None:
        while not self._stopping.is_set():
            self._prepare(consumer)
            batches: Batches = consumer.poll(timeout_ms=POLL_MS, max_records=MAX_RECORDS) if consumer.assignment() else {}
            if batches:
                self._hand_over(batches)

    def _call(self, callback: Callable[..., None], *arguments: object) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, *arguments)
        except RuntimeError:  # the loop is closed: the process is ending
            self._stopping.set()

    def _prepare(self, consumer: KafkaConsumer) -> None:
        """Called between two polls, on the thread."""

    def _assign(self, consumer: KafkaConsumer) -> None:
        """Called once, on the thread; raises KafkaError when the topic is not there yet."""

    def _connect(self) -> KafkaConsumer | None:
        while not self._stopping.is_set():
            try:
                consumer = lean(self.client(**config(self._settings, self._name, auto_offset_reset="latest", bootstrap_timeout_ms=3000)))
                self._assign(consumer)
            except Exception as error:  # noqa: BLE001 -- likewise
                log.warning("kafka-unavailable", error=f"{type(error).__name__}: {error}")
                self._stopping.wait(0.5)
            else:
                self.ready = True
                return consumer
        return None

    def _hand_over(self, batches: Batches) -> None:
        while not self._slots.acquire(timeout=1):
            if self._stopping.is_set():
                return
        self._call(self._taken, batches)

    def _taken(self, batches: Batches) -> None:
        try:
            self._take(batches)
        finally:
            self._slots.release()


class TopicTail(Tail):
    """All partitions of one topic, from the end; always the same, so that its fetches may be long."""

    client = Patient

    def __init__(
        self,
        topic: str,
        settings: ProcessSettings,
        loop: asyncio.AbstractEventLoop,
        take: Take,
        lost: Callable[[], None],
    ) -> None:
        super().__init__(settings, topic, loop, take, lost)
        self._topic = topic

    def _assign(self, consumer: KafkaConsumer) -> None:
        partitions = consumer.partitions_for_topic(self._topic)
        if not partitions:
            raise KafkaError(f"no topic {self._topic}")
        at_end(consumer, [TopicPartition(self._topic, number) for number in partitions])


def at_end(consumer: KafkaConsumer, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
    """Assign these partitions; the new ones start at their end. The position of each; KafkaError when it cannot be found."""
    fresh = [tp for tp in partitions if tp not in consumer.assignment()]
    consumer.assign(partitions)
    if fresh:
        consumer.seek_to_end(*fresh)
    end = time.monotonic() + 5
    found: dict[TopicPartition, int] = {}
    for tp in partitions:
        position = consumer.position(tp, timeout_ms=max(1, int((end - time.monotonic()) * 1000)))
        if position is None:
            raise KafkaError(f"no position for {tp}")
        found[tp] = position
    return found
