"""Faust's aiokafka transport with the record batch as its unit.

Faust yields one message per record; this consumer yields one message per fetch, whose value is a `Fetched` for each partition that has
records. It also reads `read_committed`, assigns co-partitioned ranges, and never commits: offsets are committed by the processors'
transactions.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any, ClassVar, cast

import aiokafka
import uvloop
from aiokafka.consumer import fetcher
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from faust.serializers.schemas import Schema
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage

from streams.engine.client import Fenced
from streams.engine.inbox import Fetched
from streams.engine.ports import Consumed
from streams.engine.types import Record
from streams.engine.writer import Membership

Waits = tuple[int, int]
"""Least bytes and longest wait (ms) of a fetch."""
FETCH_RECORDS = 20_000
FETCH_BYTES = 4 * 1024 * 1024
IDLE = (1, 500)
"""While nothing comes: the first record is told at once."""
ASLEEP = (1, 2000)
"""The same once nothing has come for `ASLEEP_AFTER_SECONDS`: what a seek asks for waits behind the fetch that is under way."""
ASLEEP_AFTER_SECONDS = 10.0
GATHERING = (1_000_000, 15)
"""While records come: what arrives within the wait comes together, over all partitions. A fetch, and the step that follows on it, cost the
same for one record as for a hundred."""
SOON_SECONDS = 2 * GATHERING[1] / 1000
"""Records come while they are no farther apart; else there is nothing to gather."""
_QUIET = ((IDLE, ASLEEP_AFTER_SECONDS), (ASLEEP, 0.0))
_BUSY = ((GATHERING, SOON_SECONDS), *_QUIET)


class _Records(fetcher.PartitionRecords):
    """Makes the engine's records at once: aiokafka's own, a dataclass each, cost as much as a decision.

    `appended_ms`: the newest append time among all that was made; only a topic that keeps those has any.
    """

    appended_ms = 0

    def _consumer_record(self, tp: Any, raw: Any) -> Record:
        if raw.timestamp_type:
            _Records.appended_ms = raw.timestamp
        return Record(tp.topic, tp.partition, raw.offset, raw.timestamp, raw.key, raw.value, raw.headers)


fetcher.PartitionRecords = _Records  # there is no other way in; the versions are pinned, and the readers of this process fit


class BatchConsumerThread(driver.AIOKafkaConsumerThread):
    """Runs the aiokafka consumer. `_epochs` counts the seeks of each partition, so that older fetches are recognised;
    `_ends` has where the last fetch ended, so that a lost one is noticed."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._epochs: dict[tuple[str, int], int] = defaultdict(int)
        self._ends: dict[tuple[str, int], int] = {}
        self._relaxing: asyncio.TimerHandle | None = None
        self._found_at = 0.0  # when a fetch last brought something (monotonic seconds)

    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        conf = self.app.conf
        return aiokafka.AIOKafkaConsumer(
            client_id=conf.broker_client_id,
            group_id=conf.id,
            group_instance_id=conf.consumer_group_instance_id or None,
            bootstrap_servers=driver.server_list(transport.url, transport.default_port),
            **driver.credentials_to_aiokafka_auth(conf.broker_credentials),
            partition_assignment_strategy=[RangePartitionAssignor],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_min_bytes=IDLE[0],
            fetch_max_wait_ms=IDLE[1],
            check_crcs=conf.broker_check_crcs,
            request_timeout_ms=int(conf.broker_request_timeout * 1000),
            session_timeout_ms=int(conf.broker_session_timeout * 1000),
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1000),
            heartbeat_interval_ms=int(conf.broker_heartbeat_interval * 1000),
            max_poll_interval_ms=int((conf.broker_max_poll_interval or 300) * 1000),
            retry_backoff_ms=50,
        )

    async def fetch(self, active: set[TP] | None, timeout: float) -> list[Fetched]:  # noqa: ASYNC109 -- Kafka's long poll
        """The records that are there, by partition; waits at most `timeout` seconds for some."""
        return cast("list[Fetched]", await self.call_thread(self._fetch_batches, active, timeout))

    async def _fetch_batches(self, active: set[TP] | None, timeout: float) -> list[Fetched]:  # noqa: ASYNC109
        consumer = self._ensure_consumer()
        found = await self._fetch_records(consumer, active or set(), timeout=timeout, max_records=FETCH_RECORDS)
        if found:
            self.came(consumer)
        elif self._relaxing is None:
            self._pace(consumer, *_QUIET)
        # No await between the fetcher's return and here: the epoch is the one that these records were fetched under.
        return [self._fetched(TP(*tp), cast("list[Record]", records)) for tp, records in found.items()]

    def came(self, consumer: aiokafka.AIOKafkaConsumer) -> None:
        """A fetch has brought records: the next ones gather if those before came a moment ago."""
        now = time.monotonic()
        self._pace(consumer, *(_BUSY if now - self._found_at < SOON_SECONDS else _QUIET))
        self._found_at = now

    def _pace(self, consumer: aiokafka.AIOKafkaConsumer, *steps: tuple[Waits, float]) -> None:
        """Let fetches wait like the first step, and like each further one when so many seconds have gone by without a record."""
        (waits, seconds), *later = steps
        consumer._fetcher._fetch_min_bytes, consumer._fetcher._fetch_max_wait_ms = waits  # noqa: SLF001 -- read for each fetch; pinned
        if self._relaxing is not None:
            self._relaxing.cancel()
        if later:
            self._relaxing = asyncio.get_running_loop().call_later(seconds, self._pace, consumer, *later)

    def _fetched(self, tp: TP, records: list[Record]) -> Fetched:
        start = min(self._ends.get(tp, 0), records[0].offset)
        self._ends[tp] = end = max(self.fetch_position(tp), records[-1].offset + 1)
        return Fetched(tp.topic, tp.partition, self._epochs[tp], start, end, records, _Records.appended_ms)

    async def consumed(self, tp: TP) -> Consumed:
        """Asked of the fetching thread, so that no fetch can lie between the three numbers."""
        return cast("Consumed", await self.call_thread(self._consumed, tp))

    async def _consumed(self, tp: TP) -> Consumed:
        return self.look(tp)

    def look(self, tp: TP) -> Consumed:
        """As `consumed`, from any thread: a fetch may be missing in one of the numbers."""
        return Consumed(self._epochs[tp], self._ends.get(tp, -1), self.fetch_position(tp))

    def fetch_position(self, tp: TP) -> int:
        """The next offset to fetch, -1 when the partition is not assigned."""
        assignment = self._ensure_consumer()._subscription.subscription.assignment  # noqa: SLF001 -- aiokafka's own position() may wait
        state = assignment.state_value(driver.ensure_aiokafka_TP(tp)) if assignment else None
        return state.position if state is not None and state.has_valid_position else -1

    async def seek_from(self, tp: TP, offset: int) -> int:
        """Move the partition to `offset`; return the epoch that fetches from there will carry."""
        return cast("int", await self.call_thread(self._seek_from, tp, offset))

    async def _seek_from(self, tp: TP, offset: int) -> int:
        consumer = self._ensure_consumer()
        consumer.seek(driver.ensure_aiokafka_TP(tp), offset)
        self._pace(consumer, *_QUIET)
        self._epochs[tp] += 1
        self._ends[tp] = offset
        return self._epochs[tp]


class BatchConsumer(driver.Consumer):
    """Yields `(tp, message)` with a whole fetch as the message's value, under the first of its partitions."""

    @property
    def _batch_thread(self) -> BatchConsumerThread:
        return cast("BatchConsumerThread", self._thread)

    async def consumed(self, tp: TP) -> Consumed:
        """See ports.Consumed."""
        return await self._batch_thread.consumed(tp)

    def look(self, tp: TP) -> Consumed:
        """See BatchConsumerThread.look."""
        return self._batch_thread.look(tp)

    @property
    def is_member(self) -> bool:
        """Whether the group knows this worker, as far as it has heard."""
        coordinator = self._coordinator
        return coordinator is not None and coordinator.generation >= 0 and bool(coordinator.member_id)

    @property
    def _coordinator(self) -> Any:
        consumer = self._batch_thread._consumer  # noqa: SLF001 -- Faust's and aiokafka's; both are pinned
        return None if consumer is None else consumer._coordinator  # noqa: SLF001

    def membership(self) -> Membership:
        """This worker's place in its group, for committing offsets. Raises Fenced when the group knows it no more."""
        if not self.is_member:
            raise Fenced("the group has gone on without this worker")
        return Membership(self._coordinator.generation, self._coordinator.member_id, self.app.conf.consumer_group_instance_id or None)

    def _new_consumer_thread(self) -> BatchConsumerThread:
        return BatchConsumerThread(self, loop=self.loop, beacon=self.beacon, thread_loop=uvloop.new_event_loop())

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:  # noqa: ASYNC109
        if not self.flow_active:
            await self.can_resume_flow.wait()
        active = self._get_active_partitions()
        if not active:
            await self.sleep(0.01)
            return
        found = await self._batch_thread.fetch(active, timeout)
        if found and self.flow_active:  # else a rebalance began; who goes on with the partition finds the gap (inbox.py)
            tp = TP(found[0].topic, found[0].partition)
            yield tp, self._batch_message(tp, found)

    def _batch_message(self, tp: TP, fetched: list[Fetched]) -> ConsumerMessage:
        last = fetched[0].records[-1]
        return ConsumerMessage(
            tp.topic, tp.partition, last.offset, last.timestamp_ms / 1000, 0, [], None, cast("Any", fetched), None, 0, 0, tp,
            generation_id=self.app.consumer_generation_id,
        )  # fmt: skip

    async def seek_from(self, tp: TP, offset: int) -> int:
        """See BatchConsumerThread.seek_from; also makes Faust forget how far it has read."""
        epoch = await self._batch_thread.seek_from(tp, offset)
        self._read_offset.pop(tp, None)
        return epoch

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Faust's livelock detector watches its own commits, of which there are none; see watchdog.py for ours."""


class BatchTransport(driver.Transport):
    Consumer: ClassVar[type[BatchConsumer]] = BatchConsumer


class BatchSchema(Schema[Any, Any]):
    """Hands what was fetched through as the event's value."""

    def compile(self, app: Any, **_: Any) -> Any:
        async def decode(message: ConsumerMessage, *, propagate: bool = False) -> Any:  # noqa: ARG001 -- Faust passes it
            return app.create_event(None, message.value, message.headers, message=message)

        return decode
