"""Keeps a table of roles running: starts them when what they need is ready, restarts what dies, stops them in reverse order."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from deploy.errors import Failed
from deploy.one_machine.runner.backoff import Backoff
from deploy.one_machine.runner.roles import Role, waves
from deploy.one_machine.runner.unit import Status, Unit
from schemas.commands.failing import UNREACHABLE
from schemas.platform.logs import log
from schemas.platform.metrics import RESTARTS

POLL = 0.05  # seconds
Say = Callable[[str], None]


class RoleFailed(Failed):
    """A role that runs once did not succeed, and trying again would not help."""


class Supervisor:
    """All children are started by the thread that calls `tick`, which must live as long as they (see child.guarded)."""

    def __init__(
        self,
        roles: Sequence[Role],
        *,
        say: Say,
        changed: Callable[[list[Status]], None] = lambda _statuses: None,
        backoff: Backoff | None = None,
    ) -> None:
        self._waves = [[Unit(role) for role in wave] for wave in waves(roles)]
        self._units = {unit.role.name: unit for wave in self._waves for unit in wave}
        self._say, self._changed, self._backoff = say, changed, backoff or Backoff()
        self._shown: list[Status] = []

    @property
    def all_ready(self) -> bool:
        return all(unit.satisfied for unit in self._units.values())

    def statuses(self) -> list[Status]:
        return [unit.status() for unit in self._units.values()]

    def tick(self) -> None:
        """Look at every role once: bury, start, ask whether it is ready. Raises RoleFailed."""
        for unit in self._units.values():
            if unit.state in ("starting", "ready") and not unit.running:
                self._ended(unit)
            if unit.state in ("waiting", "backing-off") and time.monotonic() >= unit.due and self._may_start(unit):
                self._start(unit)
            elif unit.state == "waiting" and unit.role.ahead:
                unit.load_ahead()
            elif unit.state == "starting" and not unit.role.once and unit.role.ready():
                self._say(f"{unit.role.name:<14} ready in {unit.in_state():.1f} s")
                unit.become("ready")
            elif unit.state == "ready" and unit.role.reserve:
                unit.keep_reserve()
        self._publish()

    def stop(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """Stop wave by wave, last first: ask, wait up to the roles' limits (not at all when `hurry` says so), kill."""
        for unit in self._units.values():
            unit.drop_reserve()
        for wave in reversed(self._waves):
            running = [unit for unit in reversed(wave) if unit.running]
            for unit in running:
                self._say(f"{unit.role.name:<14} stopping")
                assert unit.child is not None
                unit.child.ask_to_stop()
            began = time.monotonic()
            while any(unit.running for unit in running) and not hurry():
                self._kill([unit for unit in running if time.monotonic() - began > unit.role.stop_limit])
                time.sleep(POLL)
            self._kill(running)
            for unit in wave:
                unit.become("stopped")
            self._publish()

    def _may_start(self, unit: Unit) -> bool:
        return all(self._units[name].satisfied for name in unit.role.needs)

    def _start(self, unit: Unit) -> None:
        self._say(f"{unit.role.name:<14} starting")
        unit.start()
        assert unit.child is not None
        log.info("child-started", child=unit.role.name, pid=unit.child.pid)
        self._publish()  # at once: the next start must find this child should the runner be killed now

    def _ended(self, unit: Unit) -> None:
        assert unit.child is not None
        code = unit.child.exit_code
        if unit.role.once and code == 0:
            unit.become("done")
            return
        if unit.role.once and code != UNREACHABLE:
            raise RoleFailed(f"{unit.role.name} failed: {unit.child.last_words().strip()}")
        self._died(unit, code)

    def _died(self, unit: Unit, code: int | None) -> None:
        if unit.state == "ready" and unit.in_state() >= self._backoff.calm:
            unit.deaths = 0
        pause = self._backoff.pause(unit.deaths)
        # Dying because what it needs has died is no fault of its own: it waits for that, without a growing pause.
        unit.deaths += self._may_start(unit)
        unit.restarts += 1
        unit.due = time.monotonic() + pause
        unit.become("backing-off")
        RESTARTS().labels(unit.role.name).inc()
        log.warning("child-died", child=unit.role.name, exit_code=code, pause_seconds=pause)
        self._say(f"{unit.role.name:<14} died ({_cause(code)}), again in {pause:.1f} s")

    def _kill(self, units: list[Unit]) -> None:
        for unit in units:
            if unit.running:
                assert unit.child is not None
                self._say(f"{unit.role.name:<14} killed: it did not stop in time")
                unit.child.kill()

    def _publish(self) -> None:
        now = self.statuses()
        if now != self._shown:
            self._shown = now
            self._changed(now)


def _cause(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
