"""The one loop of all consumers; but for the forwarder all of them read petitions.events.

Start, in this order:
1. wait for the broker, and join the group, which says which partitions are this member's;
2. open the sink: its connections, and what a predecessor left unfinished is shut out. An outside that is away is waited for;
Round, in this order:
3. a step of the sink: take up what is new, poll, decide, write effect and offsets together (`consumers.loop.sink`);
4. beat: without one for a minute the process ends (`schemas.platform.service`);
5. stall: while events wait and nothing is committed for 45 seconds, the process ends (`consumers.loop.stall`);
6. lag and readiness, once a second (`consumers.loop.lag`).
When a step does not come to its end, the sink is closed; after a pause of 0.1 to 5 s the loop goes on at 2.
End, when told to stop: finish what is under way, close the sink, leave the group.
Whatever else is raised ends the process at once, without any of that, and the supervisor starts a new one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from kafka import KafkaConsumer
from kafka.errors import KafkaError

from consumers.loop.lag import LagReport
from consumers.loop.membership import GATHER_MS, connect
from consumers.loop.sink import Sink, Unfinished
from consumers.loop.stall import StallWatch
from consumers.settings import MemberSettings
from schemas.events.topics import EVENTS
from schemas.platform.logs import log
from schemas.platform.service import Service


@dataclass(frozen=True, slots=True)
class Consumer:
    """A role: `name` is its group's and its metrics'; `batch` the most events in a step; `gather_ms` as of `membership.group`.

    `open` makes the sink's connections; it raises KafkaError or psycopg.OperationalError when one is away.
    """

    name: str
    settings: MemberSettings
    open: Callable[[KafkaConsumer], Sink]
    batch: int
    gather_ms: int = GATHER_MS
    topics: tuple[str, ...] = (EVENTS.name,)


def run(role: Consumer) -> None:
    """Do the role's work until TERM or Ctrl-C; the process ends with 1 when something is raised that no new try can mend."""
    service = Service(role.name, role.settings)
    service.run(lambda: work(service, role))


def work(service: Service, role: Consumer) -> None:
    """The loop, until the service is told to stop. Raises what ends the process."""
    consumer = connect(service, role.settings, role.name, role.settings.worker_id, gather_ms=role.gather_ms, topics=role.topics)
    if consumer is None:
        return
    report = LagReport(role.name, consumer)
    for _ in service.tries():
        try:
            sink = role.open(consumer)
        except (psycopg.OperationalError, KafkaError) as error:
            _say(error)
            continue
        try:
            _go_round(service, role, sink, StallWatch(consumer, role.topics, sink.committed), report)
        except (psycopg.OperationalError, Unfinished) as error:
            _say(error)
        sink.close()
    consumer.close(timeout_ms=3000)


def _go_round(service: Service, role: Consumer, sink: Sink, stall: StallWatch, report: LagReport) -> None:
    while not service.stopping.is_set():
        sink.step(role.batch)
        service.beat()
        stall.check()
        service.ready = report.update(sink.newest)
    sink.finish()


def _say(error: Exception) -> None:
    if isinstance(error, psycopg.Error):
        log.warning("database-unavailable", error=str(error).strip())
    else:
        log.warning("kafka-unavailable", error=f"{type(error).__name__}: {error}")
