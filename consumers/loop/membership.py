"""Joining a consumer group, and waiting for a broker that is away."""

from __future__ import annotations

from collections.abc import Sequence

from kafka.errors import KafkaError, UnknownTopicOrPartitionError

from consumers.kafka.patient import Patient
from consumers.kafka.records import config, lean
from schemas.events.topics import EVENTS
from schemas.platform.logs import log
from schemas.platform.service import Service
from schemas.platform.settings import ProcessSettings

GATHER_MS = 250
"""No citizen waits for it: his page is fed by the record itself."""
_ENOUGH_BYTES = 100_000


def group(name: str, worker_id: str, gather_ms: int = GATHER_MS) -> dict[str, object]:
    """Group settings. A member with a name of its own takes its partitions up again at once after it was killed."""
    return {
        "group_id": name,
        "group_instance_id": f"{name}-{worker_id}" if worker_id else None,
        "session_timeout_ms": 10_000,
        "heartbeat_interval_ms": 3_000,
        # Large fetches: catching up is done in few, big steps.
        "max_partition_fetch_bytes": 4_000_000,
        # Many small answers cost the broker and the process more than the work itself.
        "gathering": {"fetch_min_bytes": _ENOUGH_BYTES, "fetch_max_wait_ms": gather_ms},
    }


def connect(
    service: Service,
    settings: ProcessSettings,
    name: str,
    worker_id: str,
    *,
    gather_ms: int = GATHER_MS,
    topics: Sequence[str] = (EVENTS.name,),
) -> Patient | None:
    """Subscribe to the topics; waits for the broker. None when the process is told to stop meanwhile."""
    for _ in service.tries():
        try:
            consumer: Patient = lean(Patient(**config(settings, name, bootstrap_timeout_ms=5000, **group(name, worker_id, gather_ms))))
            # Before it joins: a leader of the group that does not know the partitions yet gives none to anybody, for a minute.
            if missing := set(topics) - consumer.topics():
                consumer.close(timeout_ms=1000)
                raise UnknownTopicOrPartitionError(min(missing))
            consumer.subscribe(list(topics))
        except KafkaError as error:
            log.warning("kafka-unavailable", error=f"{type(error).__name__}: {error}")
        else:
            return consumer
    return None
