"""The engines that are compared, each in its best configuration, each exactly once."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.one_machine.embedded.child import Command
from tests.bench import java_job, quix_environment
from tests.bench.broker import APPEND_TIME, COMPACTED


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one contestant. `prefix` begins (or stands in) the names of all topics and groups of the run."""

    bootstrap: str
    input: str
    prefix: str
    partitions: int
    directory: Path

    @property
    def output(self) -> str:
        return f"{self.prefix}.out"

    def topics(self) -> dict[str, dict[str, str]]:
        """The output gets its timestamps from the broker: the same clock for everybody."""
        return {self.output: APPEND_TIME}

    def environment(self, **more: str) -> dict[str, str]:
        own = {
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap,
            "INPUT": self.input,
            "OUTPUT": self.output,
            "GROUP": self.prefix,
            "STATE_DIR": str(self.directory / "state"),
        }
        return {**os.environ, **own, **more}


@dataclass(frozen=True, slots=True)
class Contestant:
    """`prepare` gives, once for all runs, the function from a run to its command. `group`: whose offsets show its progress."""

    name: str
    label: str
    prepare: Callable[[Path], Callable[[Run], Command]]
    group: Callable[[Run], str] = lambda run: run.prefix
    topics: Callable[[Run], dict[str, dict[str, str]]] = Run.topics


def _ours(workers: int) -> Callable[[Path], Callable[[Run], Command]]:
    def command(run: Run) -> Command:
        own = {"JOB_PREFIX": run.prefix, "WORKER_ID": "bench", "PARTITIONS": str(run.partitions), "METRICS_PORT": "0"}
        environment = run.environment(**own, WORKERS=str(workers))
        return Command((sys.executable, "-m", "tests.bench.ours"), run.directory / "log", environment, quix_environment.ROOT)

    return lambda _: command


def _kafka_streams(threads: int, **environment: str) -> Callable[[Path], Callable[[Run], Command]]:
    def prepare(directory: Path) -> Callable[[Run], Command]:
        classes = directory / "classes"
        path = java_job.class_path(classes)
        options = ("-server", "-Xms512m", "-Xmx1g", "-XX:+UseG1GC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", path)

        def command(run: Run) -> Command:
            return Command(
                (*java_job.java(*options), "CountJob"), run.directory / "log", run.environment(THREADS=str(threads), **environment)
            )

        return command

    return prepare


def _quix(_: Path) -> Callable[[Run], Command]:
    python = quix_environment.python()
    job = str(Path(__file__).with_name("quix_job.py"))
    return lambda run: Command((str(python), "-W", "ignore", job), run.directory / "log", run.environment())


def _our_topics(run: Run) -> dict[str, dict[str, str]]:
    return {**run.topics(), f"{run.prefix}.changelog": COMPACTED}


def _our_group(run: Run) -> str:
    return f"petitions-{run.prefix}"


def ours(workers: int) -> Contestant:
    """This project's engine with so many workers."""
    name, label = ("ours", "1 worker") if workers == 1 else (f"ours-{workers}", f"{workers} workers")
    return Contestant(name, f"this project's engine, {label}", _ours(workers), _our_group, _our_topics)


OURS = ours(1)
OURS_2 = ours(2)
KAFKA_STREAMS_2 = Contestant("kafka-streams-2", "Kafka Streams, exactly_once_v2, 2 threads", _kafka_streams(2))
KAFKA_STREAMS_1 = Contestant("kafka-streams-1", "Kafka Streams, exactly_once_v2, 1 thread", _kafka_streams(1))
KAFKA_STREAMS_RARE = Contestant(
    "kafka-streams-rare",
    "Kafka Streams, exactly_once_v2, 2 threads, commits once a second",
    _kafka_streams(2, COMMIT_INTERVAL_MS="1000"),
)
KAFKA_STREAMS_20_MS = Contestant(
    "kafka-streams-20-ms", "Kafka Streams, exactly_once_v2, 1 thread, commits each 20 ms", _kafka_streams(1, COMMIT_INTERVAL_MS="20")
)
KAFKA_STREAMS_100_MS = Contestant(
    "kafka-streams-100-ms", "Kafka Streams, exactly_once_v2, 1 thread, commits each 100 ms", _kafka_streams(1, COMMIT_INTERVAL_MS="100")
)
QUIX = Contestant("quix", "Quix Streams, exactly-once", _quix)
ALL = (OURS, OURS_2, KAFKA_STREAMS_2, KAFKA_STREAMS_RARE, KAFKA_STREAMS_1, QUIX)
"""Kafka Streams commits every 100 ms by default; once a second costs latency and gains throughput, so both are run."""
