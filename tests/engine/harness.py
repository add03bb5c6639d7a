"""Runs the comparison job in real worker processes on real Kafka topics of its own."""

from __future__ import annotations

import json
import os
import signal
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from deploy.one_machine.embedded.ports import free_port
from schemas.events.topics import DEAD_LETTERS
from tests.broker import reach
from tests.engine.forked import Worker
from tests.plain_http import PLAIN

PARTITIONS = 2
PATIENCE = 120.0
"""Seconds after which a wait fails; only ever reached by a bug or a stuck machine."""


@dataclass
class Job:
    """One set of topics with its workers. `inputs` has what Kafka acknowledged, by key in order."""

    bootstrap: str
    state_dir: Path
    prefix: str = field(default_factory=lambda: f"job-{uuid.uuid4().hex[:8]}")
    inputs: dict[bytes, list[int]] = field(default_factory=lambda: defaultdict(list))
    workers: list[Worker] = field(default_factory=list)
    sent: int = 0
    _ports: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        admin = KafkaAdminClient(**reach(self.bootstrap))
        existing = admin.list_topics()
        names = (f"{self.prefix}.in", f"{self.prefix}.mid", f"{self.prefix}.out", f"{self.prefix}.changelog")
        admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in names])
        if DEAD_LETTERS.name not in existing:  # shared with other tests, so laid out as they expect it
            admin.create_topics([NewTopic(DEAD_LETTERS.name, 4, 1)])
        admin.close()
        self._producer = KafkaProducer(**reach(self.bootstrap), acks="all", linger_ms=5)

    def produce(self, count: int, keys: int = 50, **extra: Any) -> None:
        """Send `count` numbered events round-robin over the keys and wait for the acknowledgements."""
        futures = []
        for _ in range(count):
            key = f"key-{self.sent % keys}".encode()
            futures.append(self._producer.send(f"{self.prefix}.in", key=key, value=json.dumps({"id": self.sent, **extra}).encode()))
            self.inputs[key].append(self.sent)
            self.sent += 1
        for future in futures:
            future.get(30)

    def send_raw(self, key: bytes | None, value: bytes | None, partition: int | None = None, topic: str = "in") -> None:
        self._producer.send(f"{self.prefix}.{topic}", key=key, value=value, partition=partition).get(30)

    def start(self, worker_id: str = "w", **settings: str) -> Worker:
        port = free_port()
        environment = {
            **os.environ,
            "METRICS_PORT": str(port),
            "JOB_PREFIX": self.prefix,
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap,
            "STATE_DIR": str(self.state_dir),
            "PARTITIONS": str(PARTITIONS),
            "WORKER_ID": worker_id,
            "SESSION_TIMEOUT_MS": "3000",
            **settings,
        }
        worker = Worker("tests.engine.job", environment, self.state_dir.parent / f"worker-{port}.log")
        self.workers.append(worker)
        self._ports[worker.pid] = port
        return worker

    def log(self, worker: Worker) -> str:
        """What the worker has said so far."""
        return (self.state_dir.parent / f"worker-{self._ports[worker.pid]}.log").read_text()

    def wait_ready(self, worker: Worker) -> None:
        """Wait until the worker processes all the partitions assigned to it (at least one)."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if httpx.get(f"http://127.0.0.1:{self._ports[worker.pid]}/readyz", verify=PLAIN).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError("the worker did not get ready")

    def settle(self) -> None:
        """Wait until all that was sent is handled, by the offsets that are committed with what it leads to: then no more comes of it."""
        tps = [TopicPartition(f"{self.prefix}.in", number) for number in range(PARTITIONS)]
        groups = [KafkaConsumer(**reach(self.bootstrap), group_id=f"petitions-{self.prefix}{of}") for of in ("", "-pass")]
        ends, end = groups[0].end_offsets(tps), time.monotonic() + PATIENCE
        while any(max(group.committed(tp) or 0 for group in groups) < ends[tp] for tp in tps):
            assert time.monotonic() < end, "not everything was handled"
            time.sleep(0.05)
        for group in groups:
            group.close()

    def outputs(self, wanted: int, quiet_ms: int = 0) -> dict[bytes, list[dict[str, Any]]]:
        """The committed outputs by key in order, once there are at least `wanted` and for so long no more come."""
        found: dict[bytes, list[dict[str, Any]]] = defaultdict(list)
        for key, value in self.read(f"{self.prefix}.out", wanted, quiet_ms):
            found[key].append(json.loads(value))
        return found

    def read(self, topic: str, wanted: int, quiet_ms: int = 0) -> list[tuple[bytes, bytes]]:
        """All that is committed, once there are at least `wanted` and for so long no more come."""
        consumer = self._reader()
        try:
            tps = [TopicPartition(topic, number) for number in range(PARTITIONS)]
            consumer.assign(tps)
            rows: list[tuple[bytes, bytes]] = []
            end = time.monotonic() + PATIENCE
            while len(rows) < wanted and time.monotonic() < end:
                rows += [(row.key, row.value) for batch in consumer.poll(timeout_ms=200).values() for row in batch]
            for batch in consumer.poll(timeout_ms=quiet_ms).values():
                rows += [(row.key, row.value) for row in batch]
            ends = consumer.end_offsets(tps)
            while any(consumer.position(tp) < ends[tp] for tp in tps):
                rows += [(row.key, row.value) for batch in consumer.poll(timeout_ms=200).values() for row in batch]
            return rows
        finally:
            consumer.close()

    def dead_letters(self, wanted: int) -> list[tuple[bytes | None, bytes | None, dict[str, str]]]:
        """(key, value, headers) of this job's dead letters."""
        consumer = self._reader()
        try:
            consumer.assign([TopicPartition(DEAD_LETTERS.name, number) for number in range(PARTITIONS)])
            rows: list[tuple[bytes | None, bytes | None, dict[str, str]]] = []
            end = time.monotonic() + PATIENCE
            while len(rows) < wanted and time.monotonic() < end:
                for batch in consumer.poll(timeout_ms=200).values():
                    for row in batch:
                        headers = {name: value.decode() for name, value in row.headers}
                        if headers["__connect.errors.stage"] == self.prefix:
                            rows.append((row.key, row.value, headers))
            return rows
        finally:
            consumer.close()

    def _reader(self) -> KafkaConsumer:
        return KafkaConsumer(
            **reach(self.bootstrap),
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            group_id=None,
        )

    def stop(self) -> None:
        """End this job's own workers."""
        for worker in self.workers:
            if worker.alive:
                worker.send_signal(signal.SIGCONT)
                worker.kill()
            worker.wait(30)
        self._producer.close()


def wait_killed(worker: Worker) -> None:
    """Wait until the worker has ended by SIGKILL, its own."""
    assert worker.wait(PATIENCE) == -signal.SIGKILL


def assert_exactly_once(job: Job) -> None:
    """Each acknowledged input has led to exactly one output, in order, and its key's state counted it once."""
    job.outputs(job.sent)
    job.settle()
    outputs = job.outputs(job.sent)
    got = {key: [row["id"] for row in rows] for key, rows in outputs.items()}

    assert got == dict(job.inputs)
    assert {key: [row["count"] for row in rows] for key, rows in outputs.items()} == {
        key: list(range(1, len(ids) + 1)) for key, ids in job.inputs.items()
    }
