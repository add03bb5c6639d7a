"""How much of the inputs' retention each group has used up, told by a process that is none of theirs: a stage that is down says nothing."""

from __future__ import annotations

import threading
import time

from kafka.errors import KafkaError

from deploy.cluster.groups import readers, retention_used, waiting, with_ages
from deploy.cluster.kafka import KafkaUnreachable, administering, configs
from schemas.events.topics import INPUTS
from schemas.platform.logs import log
from schemas.platform.metrics import RETENTION_USED
from schemas.platform.settings import ProcessSettings

EVERY_SECONDS = 60.0
_RETENTION = "retention.ms"


class RetentionWatch:
    """Looks once a minute, from a thread of its own, until told to stop. What cannot be asked keeps its last figure."""

    def __init__(self, settings: ProcessSettings) -> None:
        self._settings = settings
        self._stopping = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="retention", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_SECONDS):
            try:
                report(self._settings)
            except (KafkaUnreachable, KafkaError) as error:
                log.warning("kafka-unavailable", error=f"{type(error).__name__}: {error}")


def report(settings: ProcessSettings) -> None:
    """Set the gauge for every group and input, by the retention that the topic really has. Raises KafkaUnreachable."""
    inputs = {topic: groups for topic, groups in readers().items() if topic in INPUTS}
    with administering(settings) as admin:
        rows = with_ages(settings, waiting(admin, settings, inputs))
        kept = configs(admin, "topic", {topic.name: [_RETENTION] for topic in INPUTS})
    now_ms = time.time_ns() // 1_000_000
    worst: dict[tuple[str, str], float] = {}
    for row in rows:
        used = retention_used(row, int(kept[row.topic][_RETENTION]), now_ms)
        worst[row.group, row.topic] = max(worst.get((row.group, row.topic), 0.0), used)
    for (group, topic), used in worst.items():
        RETENTION_USED().labels(group, topic).set(used)
