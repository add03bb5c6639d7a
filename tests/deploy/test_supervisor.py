"""Waves of roles, growing pauses, processes by start time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.one_machine.embedded.child import Command
from deploy.one_machine.runner import state, unit
from deploy.one_machine.runner.backoff import Backoff
from deploy.one_machine.runner.processes import end, is_running, started_at
from deploy.one_machine.runner.roles import Role, waves
from deploy.one_machine.runner.supervisor import Supervisor
from deploy.one_machine.runner.unit import Status


def _never() -> Command:
    raise AssertionError("nothing is started here")


@given(st.lists(st.sets(st.integers(0, 7)), max_size=8))
def test_every_role_comes_after_what_it_needs(needs: list[set[int]]) -> None:
    """Whatever the needs, a wave only needs earlier waves, and every role stands in exactly one."""
    roles = [Role(str(n), _never, tuple(str(m) for m in wanted if m < n)) for n, wanted in enumerate(needs)]
    seen: set[str] = set()
    for wave in waves(roles):
        assert all(seen.issuperset(role.needs) for role in wave)
        seen.update(role.name for role in wave)

    assert seen == {role.name for role in roles}


def test_roles_that_need_each_other_are_refused() -> None:
    """A circle of needs could never start and is an error at once."""
    with pytest.raises(ValueError, match="a, b"):
        waves([Role("a", _never, ("b",)), Role("b", _never, ("a",))])


def test_pauses_grow_to_a_limit() -> None:
    """The first restart comes at once, later ones after longer pauses, never longer than the last."""
    backoff = Backoff()
    pauses = [backoff.pause(deaths) for deaths in range(20)]

    assert pauses == sorted(pauses)
    assert pauses[0] == 0
    assert pauses[-1] == max(backoff.pauses)


def test_a_process_that_keeps_dying_is_started_less_and_less_often(tmp_path: Path) -> None:
    """A role that dies again and again waits for its pause; the runner goes on."""
    command = Command((sys.executable, "-I", "-S", "-c", "raise SystemExit(7)"), tmp_path / "log")
    said: list[str] = []
    supervisor = Supervisor([Role("weak", lambda: command, ready=lambda: False)], say=said.append, backoff=Backoff(pauses=(0.0, 0.1, 60.0)))
    end_at = time.monotonic() + 10
    while supervisor.statuses()[0].restarts < 3 and time.monotonic() < end_at:
        supervisor.tick()
        time.sleep(0.01)
    supervisor.tick()

    assert [line.rpartition("again in ")[2] for line in said if "died" in line] == ["0.0 s", "0.1 s", "60.0 s"]
    assert supervisor.statuses()[0].state == "backing-off"


def test_a_pid_that_belongs_to_another_program_is_left_alone() -> None:
    """Only the very process that was recorded is ended: its start time counts, not the pid alone."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as other:
        started = started_at(other.pid)
        assert started is not None

        assert not end(other.pid, f"{started}0")
        assert is_running(other.pid, started)
        other.kill()


def test_leftovers_of_a_killed_runner_are_ended(tmp_path: Path) -> None:
    """A child that state.json names and that still runs is killed before the next start."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as left:
        status = Status("case-1", left.pid, "ready", time.time(), None, 0, started_at(left.pid))
        state.write(tmp_path / "state.json", state.Instance("", "", {}, ""), [state.runner_status("", 0), status])

        assert state.end_leftovers(tmp_path / "state.json") == ["case-1"]
        assert left.wait(5) < 0
    assert started_at(os.getpid()) is not None


LOADS = (
    "import os, sys, time\n"
    "print('loaded', os.getpid(), flush=True)\n"
    "if '--held' in sys.argv and not sys.stdin.readline(): sys.exit()\n"
    "print('begun', os.getpid(), flush=True)\n"
    "time.sleep(600)\n"
)


@dataclass
class Loading:
    """A supervisor of one role whose process says when it has loaded, and when it begins."""

    log: Path
    needs: tuple[Role, ...] = ()
    supervisor: Supervisor = field(init=False)

    def __post_init__(self) -> None:
        command = Command((sys.executable, "-I", "-S", "-c", LOADS), self.log)
        role = Role("worker", lambda: command, tuple(need.name for need in self.needs), ahead=True, reserve=not self.needs)
        self.supervisor = Supervisor([*self.needs, role], say=lambda _: None)

    def pids(self, word: str) -> list[int]:
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return [int(line.split()[1]) for line in lines if line.startswith(word)]

    def until(self, *, loaded: int, begun: int) -> None:
        end_at = time.monotonic() + 60
        while (len(self.pids("loaded")), len(self.pids("begun"))) != (loaded, begun):
            assert time.monotonic() < end_at, self.log.read_text(encoding="utf-8")
            self.supervisor.tick()
            time.sleep(0.01)


def test_a_process_loads_while_it_waits_for_what_it_needs(tmp_path: Path) -> None:
    """It begins when that is ready, and not before; it is the same process."""
    there = tmp_path / "there"
    command = Command((sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"), tmp_path / "broker.log")
    loading = Loading(tmp_path / "log", (Role("broker", lambda: command, ready=there.exists),))

    loading.until(loaded=1, begun=0)
    assert loading.supervisor.statuses()[-1].state == "waiting"
    there.touch()
    loading.until(loaded=1, begun=1)

    assert loading.pids("begun") == loading.pids("loaded")
    loading.supervisor.stop()


def test_a_process_in_reserve_takes_the_place_of_one_that_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is loaded before and begins when it is told to; a new one then stands by, and none outlives the supervisor."""
    monkeypatch.setattr(unit, "RESERVE_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(unit, "RESERVE_AGAIN_SECONDS", 0.0)
    loading = Loading(tmp_path / "log")

    loading.until(loaded=2, begun=1)
    (first,) = loading.pids("begun")
    (reserve,) = {*loading.pids("loaded")} - {first}
    assert loading.supervisor.statuses()[0].pid == first
    os.kill(first, signal.SIGKILL)
    loading.until(loaded=3, begun=2)

    assert loading.pids("begun") == [first, reserve]
    assert loading.supervisor.statuses()[0].pid == reserve
    everyone = [(pid, started_at(pid)) for pid in loading.pids("loaded")]
    loading.supervisor.stop()
    assert not any(started and is_running(pid, started) for pid, started in everyone)
