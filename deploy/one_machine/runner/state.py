"""DIR/state.json: what runs, written by the runner at every change and read by `petitions ps` and by the next runner."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.one_machine.runner.directory import write_json
from deploy.one_machine.runner.processes import end, is_running, started_at
from deploy.one_machine.runner.unit import Status


@dataclass(frozen=True, slots=True)
class Instance:
    """Where an instance is reached. `kafka_access`: the settings of a client of it; no secrets, but where they are."""

    url: str
    kafka: str
    kafka_access: Mapping[str, str]
    credentials: str


@dataclass(frozen=True, slots=True)
class Row:
    """One process as `petitions ps` shows it; `since` is ISO 8601, UTC."""

    role: str
    pid: int | None
    state: str
    since: str
    metrics_url: str | None


def write(path: Path, instance: Instance, processes: Sequence[Status]) -> None:
    write_json(path, {**asdict(instance), "processes": [asdict(process) for process in processes]})


def runner_status(metrics_url: str, since: float) -> Status:
    """The runner's own line."""
    return Status("runner", os.getpid(), "ready", since, metrics_url, 0, started_at(os.getpid()))


def rows(path: Path) -> list[Row]:
    """What the file says, checked against the processes that there are. Raises FileNotFoundError."""
    return [_row(process) for process in json.loads(path.read_text(encoding="utf-8"))["processes"]]


def _row(process: dict[str, Any]) -> Row:
    pid, state = process["pid"], process["state"]
    if pid is not None and not is_running(pid, process["started"]):
        pid, state = None, "stopped"
    since = datetime.fromtimestamp(process["since"], UTC).isoformat(timespec="milliseconds")
    return Row(process["role"], pid, state, since, process["metrics_url"])


def end_leftovers(path: Path) -> list[str]:
    """Kill what a runner that was killed has left running; the roles it found."""
    if not path.exists():
        return []
    left = [process for process in json.loads(path.read_text(encoding="utf-8"))["processes"] if process["pid"]]
    return [process["role"] for process in reversed(left) if process["pid"] != os.getpid() and end(process["pid"], process["started"])]
