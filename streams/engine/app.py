"""A stage as a Faust application: Faust runs the worker, the group membership and the rebalances; processors do the rest."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any

import faust
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from faust.tables.manager import TableManager
from faust.types import TP

from schemas.platform import metrics
from streams.engine.faults import Faults
from streams.engine.inbox import Fetched
from streams.engine.processor import Context, Processor
from streams.engine.transport import BatchConsumer, BatchSchema, BatchTransport
from streams.engine.types import Stage
from streams.engine.watchdog import Watchdog, end_process
from streams.settings import StreamSettings

OBSERVE_SECONDS = 2.0


class _NoTables(TableManager):
    """Faust gives tables a second to register. There are none: their state would not be exactly-once (see store.py)."""

    async def on_start(self) -> None:
        await self._update_channels()
        await self.recovery.start()


class StageApp:
    """Builds the Faust app of one stage and keeps one processor for each partition number assigned to this worker."""

    def __init__(self, stage: Stage, settings: StreamSettings) -> None:
        self.stage, self.settings = stage, settings
        self.group = f"petitions-{stage.name}"
        self.faust = self._faust_app()
        self._processors: dict[int, Processor] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._paused: set[int] = set()
        self._watchdog = Watchdog(self._stalled_since, settings.stall_seconds)
        self._lagging_since: dict[str, tuple[int, float]] = {}
        self._missing: dict[TP, int] = {}

    def _faust_app(self) -> faust.App:
        settings = self.settings
        datadir = settings.state_dir.resolve() / "faust"
        datadir.mkdir(parents=True, exist_ok=True)
        app = faust.App(
            self.group,
            broker=[f"kafka://{server}" for server in settings.kafka_bootstrap_servers.split(",")],
            datadir=datadir,
            web_enabled=False,
            TableManager=_NoTables,
            topic_disable_leader=True,
            topic_allow_declare=False,
            broker_session_timeout=settings.session_timeout_ms / 1000,
            broker_heartbeat_interval=settings.session_timeout_ms / 4000,
            broker_rebalance_timeout=30.0,
            broker_commit_interval=3600.0,  # Faust has nothing to commit
            consumer_group_instance_id=settings.worker_id or None,
            stream_buffer_maxsize=64,
        )
        app.transport = BatchTransport(app.conf.broker_consumer, app)
        names = [topic.name for topic in self.stage.inputs]
        channel = app.topic(*names, schema=BatchSchema(), acks=False, internal=True)
        app.agent(channel, name="take")(self._take)
        app.on_partitions_assigned.connect(self._assigned)  # type: ignore[arg-type]  # mode's signals take any keyword
        app.on_partitions_revoked.connect(self._revoked)  # type: ignore[arg-type]
        app.on_before_shutdown.connect(self._shutting_down)  # type: ignore[arg-type]
        app.task(self._observe)
        return app

    async def _take(self, stream: Any) -> None:
        async for fetched in stream.noack():
            self._put(fetched)

    def _put(self, fetched: Fetched) -> None:
        processor = self._processors.get(fetched.partition)
        if processor is None:
            return  # revoked: the next owner reads it again
        processor.put(fetched)
        if len(processor.inbox) > self.settings.inbox_records:
            self._paused.add(fetched.partition)
            self.faust.consumer.pause_partitions(self._tps(fetched.partition))

    def _tps(self, partition: int) -> set[TP]:
        return {TP(topic.name, partition) for topic in self.stage.inputs}

    async def _assigned(self, _app: Any, assigned: Iterable[TP], **_: Any) -> None:
        for partition in sorted({tp.partition for tp in assigned}):
            if partition not in self._processors:
                self._open(partition)
        metrics.UP_SINCE().labels(self.stage.name).set_to_current_time()

    def _open(self, partition: int) -> None:
        processor = Processor(self.stage, partition, self._context())
        task = asyncio.create_task(processor.run(), name=f"{self.stage.name}-{partition}")
        task.add_done_callback(self._ended)
        self._processors[partition], self._tasks[partition] = processor, task

    def _context(self) -> Context:
        settings = self.settings
        return Context(
            bootstrap=settings.kafka_bootstrap_servers,
            group=self.group,
            partitions=settings.partitions,
            state_dir=settings.state_dir,
            clock=settings.clock(),
            faults=Faults(settings.crash_at),
            seek=self._seek,
            drained=self._drained,
            max_step_records=settings.max_step_records,
        )

    async def _seek(self, topic: str, partition: int, offset: int) -> int:
        consumer = self.faust.consumer
        assert isinstance(consumer, BatchConsumer)
        return await consumer.seek_from(TP(topic, partition), offset)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            end_process("a processor failed", processor=task.get_name(), error=repr(error))

    async def _revoked(self, _app: Any, revoked: Iterable[TP], **_: Any) -> None:
        await self.close({tp.partition for tp in revoked})

    async def _shutting_down(self, _app: Any, **_: Any) -> None:
        self._watchdog.stop()
        await self.close()

    async def close(self, partitions: Iterable[int] | None = None) -> None:
        """End processors, each after its step in flight. One that cannot end in time is a fatal error."""
        chosen = [number for number in (partitions or list(self._processors)) if number in self._processors]
        tasks = [self._tasks.pop(number) for number in chosen]
        for number in chosen:
            self._processors.pop(number).close()
            self._paused.discard(number)
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=self.settings.stall_seconds)
        if late:
            end_process("a processor did not end in time", processors=[task.get_name() for task in late])

    @property
    def ready(self) -> bool:
        """All assigned partitions are being processed."""
        return bool(self._processors) and all(processor.ready for processor in self._processors.values())

    def _stalled_since(self) -> dict[str, float]:
        busy = {
            f"partition {number}": processor.last_progress
            for number, processor in list(self._processors.items())
            if processor.ready and (len(processor.inbox) > 0 or processor.is_due())
        }
        lagging = {name: since for name, (_, since) in list(self._lagging_since.items())}
        return {**busy, **lagging}

    async def _observe(self) -> None:
        self._watchdog.start()
        reader = AIOKafkaConsumer(bootstrap_servers=self.settings.kafka_bootstrap_servers, isolation_level="read_committed")
        await reader.start()
        try:
            while not self.faust.should_stop:
                self._watchdog.beat()
                for processor in list(self._processors.values()):
                    if processor.ready:
                        processor.observe()
                        self._find_lost(processor)
                        await self._observe_lag(reader, processor)
                await asyncio.sleep(OBSERVE_SECONDS)
        finally:
            await reader.stop()

    def _find_lost(self, processor: Processor) -> None:
        """The newest fetch may be among those that Faust threw away: nothing comes after it that would show the gap."""
        consumer = self.faust.consumer
        assert isinstance(consumer, BatchConsumer)
        for topic, position in processor.inbox.positions.items():
            tp = TP(topic, processor.partition)
            if not processor.inbox.has_missed(topic, *consumer.delivered(tp)):
                self._missing.pop(tp, None)
            elif self._missing.get(tp) == position:  # for a whole round: it is not merely on its way
                processor.inbox.note_gap(topic)
            else:
                self._missing[tp] = position

    async def _observe_lag(self, reader: AIOKafkaConsumer, processor: Processor) -> None:
        """Compare with the broker: records that never reach the inbox would otherwise be seen by nobody."""
        handled = processor.positions
        try:
            ends = await reader.end_offsets([TopicPartition(topic, processor.partition) for topic in handled])
        except KafkaError:
            return  # the broker is away: then nothing can be said about lag, and processing stands still for everyone
        total = 0
        for tp, end in ends.items():
            position = self._position(tp.topic, processor, handled[tp.topic])
            total += max(0, end - position)
            self._note_lag(f"{tp.topic}-{tp.partition}", position, end, fetching=len(processor.inbox) == 0)
        metrics.STAGE_LAG().labels(self.stage.name, str(processor.partition)).set(total)

    def _position(self, topic: str, processor: Processor, handled: int) -> int:
        """How far the stage has come. Where all that was fetched is handled, that is the consumer's own position,
        which also passes transaction markers and aborted records, of which no reader ever gets to see anything."""
        consumer = self.faust.consumer
        assert isinstance(consumer, BatchConsumer)
        fetched, position = consumer.progress(TP(topic, processor.partition))
        return max(handled, position) if fetched <= handled else handled

    def _note_lag(self, name: str, position: int, end: int, *, fetching: bool) -> None:
        known = self._lagging_since.get(name)
        if position >= end or not fetching:
            self._lagging_since.pop(name, None)
        elif known is None or known[0] != position:
            self._lagging_since[name] = (position, time.monotonic())

    def _drained(self, partition: int, waiting: int) -> None:
        if partition in self._paused and waiting < self.settings.inbox_records // 2:
            self._paused.discard(partition)
            self.faust.consumer.resume_partitions(self._tps(partition))
