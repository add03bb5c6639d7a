"""A role with its process and what the runner knows about it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Literal

from deploy.one_machine.embedded.child import Child
from deploy.one_machine.runner.processes import started_at
from deploy.one_machine.runner.roles import Role

State = Literal[
    "waiting",  # for the roles it needs, or not started yet
    "starting",  # its process runs and is not ready
    "ready",
    "backing-off",  # it died and is started again after a pause
    "done",  # it ran once and succeeded
    "stopped",
]

HELD = "--held"
RESERVE_AFTER_SECONDS, RESERVE_AGAIN_SECONDS = 10.0, 5.0


@dataclass(frozen=True, slots=True)
class Status:
    """A line of `petitions ps`. `since`: Unix time of the last change; `started`: see processes.started_at."""

    role: str
    pid: int | None
    state: State
    since: float
    metrics_url: str | None
    restarts: int
    started: str | None


class Unit:
    def __init__(self, role: Role) -> None:
        self.role = role
        self.state: State = "waiting"
        self.since = time.time()
        self.child: Child | None = None
        self.restarts = 0
        self.deaths = 0  # in a row
        self.due = 0.0  # not before this instant (monotonic seconds)
        self.changed_at = time.monotonic()
        self._started: str | None = None
        self._reserve: Child | None = None
        self._reserve_at = 0.0  # the last one's start (monotonic seconds)

    @property
    def running(self) -> bool:
        return self.child is not None and self.child.alive

    @property
    def satisfied(self) -> bool:
        """Whether those who need it may start."""
        return self.state in ("ready", "done")

    def become(self, state: State) -> None:
        self.state, self.since, self.changed_at = state, time.time(), time.monotonic()

    def start(self) -> None:
        """With the process in reserve, if there is one."""
        reserve, self._reserve = self._reserve, None
        if reserve is not None and reserve.alive:
            reserve.release()
            self.child = reserve
        else:
            self.child = Child(self.role.command())
        self._started = started_at(self.child.pid)
        self.become("starting")

    def keep_reserve(self) -> None:
        """See to it that a process stands by, once the one at work has settled; one that dies there is not replaced at once."""
        if self._reserve is not None and self._reserve.alive:
            return
        if self.in_state() < RESERVE_AFTER_SECONDS or time.monotonic() - self._reserve_at < RESERVE_AGAIN_SECONDS:
            return
        self._hold()

    def load_ahead(self) -> None:
        """See to it that its process is loading, before it may start; one that dies of that is started like any other."""
        if self._reserve is None:
            self._hold()

    def _hold(self) -> None:
        command = self.role.command()
        self._reserve = Child(replace(command, argv=(*command.argv, HELD)), held=True)
        self._reserve_at = time.monotonic()

    def drop_reserve(self) -> None:
        if self._reserve is not None:
            self._reserve.kill()
            self._reserve = None

    def in_state(self) -> float:
        """Seconds since the last change of state."""
        return time.monotonic() - self.changed_at

    def status(self) -> Status:
        pid = self.child.pid if self.child is not None and self.state in ("starting", "ready") else None
        started = self._started if pid else None
        return Status(self.role.name, pid, self.state, self.since, self.role.metrics_url, self.restarts, started)
