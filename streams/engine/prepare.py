"""Builds a worker's processor and all that it works through; the one place where the real parts are put together."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from streams.engine.client import Client
from streams.engine.clock_guard import ClockGuard
from streams.engine.disk import LocalDisk
from streams.engine.faults import Faults
from streams.engine.feed import GroupFeed
from streams.engine.ports import Context, Ports
from streams.engine.positions import Positions
from streams.engine.processor import Processor
from streams.engine.restore import reader
from streams.engine.transport import BatchConsumer
from streams.engine.types import Stage
from streams.engine.writer import Writer
from streams.settings import StreamSettings


@dataclass(frozen=True, slots=True)
class Prepared:
    """A processor with those of its ports that others use as well."""

    processor: Processor
    client: Client
    positions: Positions
    feed: GroupFeed


def prepare(stage: Stage, settings: StreamSettings, group: str, beside: tuple[str, ...], consumer: Callable[[], BatchConsumer]) -> Prepared:
    """Nothing is opened yet: `Processor.run` does. `beside`: see `Context`. `consumer` gives the group's, once the worker has begun."""
    worker = settings.worker_id or uuid.uuid4().hex
    name = f"{group}-{worker}"
    guard = ClockGuard(stage.name)
    faults, clock = Faults(settings.crash_at), settings.clock()
    context = Context(group, worker, settings.partitions, settings.max_step_records, clock, guard, faults, beside=beside)
    client = Client(settings, name)
    writer = Writer(client, name)
    positions = Positions(client, group, writer, writer.id)
    feed = GroupFeed(stage, consumer, settings.inbox_records, settings.inbox_bytes, guard)
    disk = LocalDisk(settings.state_dir / stage.name)
    ports = Ports(client, writer, positions, feed, disk, reader(settings))
    return Prepared(Processor(stage, context, ports), client, positions, feed)
