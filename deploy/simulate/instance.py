"""The instance under simulation: `petitions up` in a process of its own, on a scaled clock, in a directory of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.errors import Failed
from deploy.one_machine.embedded.ports import free_port
from deploy.one_machine.runner.clock import ClockChoice
from deploy.one_machine.runner.directory import Directory
from schemas.commands.broker import broker_settings
from schemas.platform.clock import Clock, ScaledClock, to_datetime
from schemas.platform.kafka import KafkaSettings

_START_SECONDS = 240.0
"""The first start on a machine fetches the broker."""
_STOP_SECONDS = 60.0
_TAIL = 2000


class DirectoryUsed(Failed):
    """A simulation needs a directory without a past: time in an instance never jumps."""


class NotStarted(Failed):
    """The instance did not become ready; the text has the end of its messages."""


@dataclass(frozen=True, slots=True)
class Running:
    """How the instance is reached."""

    kafka: KafkaSettings
    url: str
    tracking_secret: bytes
    clock: Clock


@contextmanager
def running(data: Path, scale: float, start_ms: int) -> Iterator[Running]:
    """Start, wait until it is ready, and stop it at the end. `start_ms`: what its clock shows when it is started."""
    directory = Directory(data)
    if directory.credentials.exists():
        raise DirectoryUsed(f"{directory.path} belongs to an instance already; a simulation needs an empty directory")
    directory.path.mkdir(parents=True, exist_ok=True)
    messages = directory.path / "simulation.log"
    with messages.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            _command(directory.path, scale, start_ms), env=_environment(), stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            if not _becomes_ready(process):
                raise NotStarted(f"the instance did not start:\n{messages.read_text(encoding='utf-8')[-_TAIL:]}")
            yield _reached(directory)
        finally:
            _stop(process)


def _becomes_ready(process: subprocess.Popen[str]) -> bool:
    """Wait for its ready line; one that takes too long is told to stop, which ends the wait."""
    assert process.stdout is not None
    limit = threading.Timer(_START_SECONDS, process.terminate)
    limit.start()
    try:
        return process.stdout.readline().startswith("ready ")
    finally:
        limit.cancel()


def _command(data: Path, scale: float, start_ms: int) -> list[str]:
    up = [sys.executable, "-m", "deploy.cli", "up", "--data", str(data), "--port", str(free_port())]
    return [*up, "--clock-scale", str(scale), "--clock-start", to_datetime(start_ms).isoformat()]


def _environment() -> dict[str, str]:
    """Its own broker and database, whatever the environment points at."""
    root = str(Path(__file__).resolve().parent.parent.parent)
    given = {name: value for name, value in os.environ.items() if name not in ("KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL")}
    return {**given, "PYTHONPATH": os.pathsep.join(filter(None, (root, given.get("PYTHONPATH"))))}


def _reached(directory: Directory) -> Running:
    state = json.loads(directory.state.read_text(encoding="utf-8"))
    choice = ClockChoice(**json.loads(directory.clock.read_text(encoding="utf-8")))
    clock = ScaledClock(choice.scale, choice.start_ms, choice.epoch_ms)
    return Running(broker_settings(directory.path), state["url"], directory.tracking_secret.read_text(encoding="utf-8").encode(), clock)


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
