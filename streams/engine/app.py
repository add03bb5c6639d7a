"""A stage as a Faust application: Faust runs the worker, the group membership and the rebalances; a processor does the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Any

import faust
from faust.tables.manager import TableManager
from faust.types import TP
from faust.types.auth import CredentialsT

from schemas.platform import metrics
from schemas.platform.kafka import KafkaSettings
from streams.engine.client import Client
from streams.engine.inbox import Fetched
from streams.engine.observer import Observer
from streams.engine.peers import Peers
from streams.engine.prepare import prepare
from streams.engine.transport import BatchConsumer, BatchSchema, BatchTransport
from streams.engine.types import Stage
from streams.engine.watchdog import end_process
from streams.settings import StreamSettings


class _NoTables(TableManager):
    """Faust gives tables a second to register. There are none: their state would not be exactly-once (see store.py)."""

    async def on_start(self) -> None:
        await self._update_channels()
        await self.recovery.start()


def _credentials(kafka: KafkaSettings) -> CredentialsT | None:
    """As Faust wants them: its consumer and the producer that it starts, which nobody uses."""
    given = kafka.client()
    if "sasl_mechanism" in given:
        return faust.SASLCredentials(
            username=given["sasl_plain_username"],
            password=given["sasl_plain_password"],
            mechanism=given["sasl_mechanism"],
            ssl_context=given.get("ssl_context"),
        )
    return faust.SSLCredentials(given["ssl_context"]) if "ssl_context" in given else None


class StageApp:
    """Builds the Faust app of one stage; the partitions assigned to this worker are handled by one processor."""

    def __init__(self, stage: Stage, settings: StreamSettings, beside: Iterable[str] = ()) -> None:
        self.stage, self.settings = stage, settings
        self.group = f"petitions-{stage.name}"
        groups = tuple(f"petitions-{name}" for name in beside if name != stage.name)
        self.peers = Peers(stage, self.group, groups)
        self.faust = self._faust_app()
        prepared = prepare(stage, settings, self.group, groups, lambda: self.consumer)
        self.processor, self._feed = prepared.processor, prepared.feed
        self._running: asyncio.Task[None] | None = None
        self._opening: dict[int, asyncio.Task[None]] = {}
        differ = partial(self.peers.differ, prepared.client)
        self._observer = Observer(self.processor, prepared.positions, lambda: self.consumer, settings.stall_seconds, differ=differ)

    def _faust_app(self) -> faust.App:
        settings = self.settings
        datadir = settings.state_dir.resolve() / "faust"
        datadir.mkdir(parents=True, exist_ok=True)
        app = faust.App(
            self.group,
            broker=[f"kafka://{server}" for server in settings.kafka_bootstrap_servers.split(",")],
            broker_credentials=_credentials(settings),
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

    @property
    def consumer(self) -> BatchConsumer:
        """Faust's consumer, once the worker has begun."""
        found = self.faust.consumer
        assert isinstance(found, BatchConsumer)
        return found

    @property
    def ready(self) -> bool:
        """All assigned partitions, at least one, are being processed."""
        return self.processor.ready

    @property
    def alive(self) -> bool:
        """Nothing stands still so long that the process is about to be ended for it."""
        return self._observer.alive

    async def wait_for_others(self) -> None:
        """Before the worker joins its group: see `streams.engine.peers`. Raises PeersDiffer, KafkaError, TimeoutError."""
        sessions = 3 * self.settings.session_timeout_ms / 1000
        async with asyncio.timeout(sessions + self.settings.stall_seconds):
            await self.peers.wait_for_others(Client(self.settings, f"{self.group}-peers"), sessions)

    def watch(self) -> None:
        """Have the process ended from now on when it does not come forward: it starts, too."""
        self._observer.start()

    async def _take(self, stream: Any) -> None:
        async for found in stream.noack():
            for fetched in found:
                self._put(fetched)

    def _put(self, fetched: Fetched) -> None:
        self._feed.put(fetched, self.processor.partitions)

    async def _assigned(self, _app: Any, assigned: Iterable[TP], **_: Any) -> None:
        if self._running is None:
            self._running = self._watched(self.processor.run(), self.stage.name)
        for partition in sorted({tp.partition for tp in assigned}):
            if partition not in self.processor.partitions:
                self._opening[partition] = self._watched(self.processor.open(partition), f"{self.stage.name}-{partition}")
        metrics.UP_SINCE().labels(self.stage.name).set_to_current_time()

    def _watched(self, work: Any, name: str) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work, name=name)
        task.add_done_callback(_end_with)
        return task

    async def _revoked(self, _app: Any, revoked: Iterable[TP], **_: Any) -> None:
        await self.close({tp.partition for tp in revoked})

    async def _shutting_down(self, _app: Any, **_: Any) -> None:
        self._observer.stop()
        await self.close(set(self.processor.partitions))
        if self._running is not None:
            await self._in_time(self.processor.stop())
            await self._in_time(self._running)

    async def close(self, partitions: set[int]) -> None:
        """Give partitions back after the step in flight. A step that cannot end in time is a fatal error."""
        opening = [self._opening.pop(number) for number in partitions & self._opening.keys()]
        for task in opening:
            task.cancel()
        if opening:
            await self._in_time(asyncio.wait(opening))
        self._feed.forget(partitions)
        await self._in_time(self.processor.close(partitions))

    async def _in_time(self, work: Any) -> None:
        try:
            await asyncio.wait_for(work, self.settings.stall_seconds)
        except TimeoutError:
            end_process("a step did not end in time")

    async def _observe(self) -> None:
        await self._observer.run(lambda: bool(self.faust.should_stop))


def _end_with(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        end_process("a processor failed", processor=task.get_name(), error=repr(error))
