"""The runner with stand-in roles: start order, restarts, stop, lock, and what is left after kill -9."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.cli import petitions
from deploy.one_machine.runner.processes import started_at
from deploy.one_machine.runner.up import listening

Rows = dict[str, dict[str, object]]
ROOT = Path(__file__).parent.parent.parent


class Runner:
    """A runner in a process of its own, on the directory `data`."""

    def __init__(self, data: Path, layout: str) -> None:
        self.data = data
        argv = [sys.executable, "-m", "tests.deploy.standin", str(data), layout]
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)

    def wait_ready(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def rows(self) -> Rows:
        shown = CliRunner().invoke(petitions, ["ps", "--json", "--data", str(self.data)])
        return {row["role"]: row for row in json.loads(shown.output)}

    def pid(self, role: str) -> int:
        pid = self.rows()[role]["pid"]
        assert isinstance(pid, int)
        return pid

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)

    def life(self) -> list[str]:
        return (self.data / "life").read_text().splitlines()


@contextmanager
def running(data: Path, layout: str = "three-waves") -> Iterator[Runner]:
    runner = Runner(data, layout)
    try:
        yield runner
    finally:
        if runner.process.poll() is None:
            runner.process.kill()
        runner.process.communicate()


def eventually(check: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.05)


def _again(row: dict[str, object], before: int) -> bool:
    return row["state"] == "ready" and row["pid"] != before


def test_starts_in_order_of_needs_and_says_ready_once(tmp_path: Path) -> None:
    """What others need starts first; one line `ready URL` stands on standard output and nothing else."""
    with running(tmp_path) as runner:
        line = runner.wait_ready()
        rows = runner.rows()

        assert line.startswith("ready http://127.0.0.1:")
        assert runner.life()[0] == "store starts"
        assert {role: row["state"] for role, row in rows.items()} == {
            "runner": "ready",
            "store": "ready",
            "prepare": "done",
            "worker": "ready",
            "web": "ready",
        }
        assert runner.stop() == 0
        assert runner.process.stdout is not None
        assert runner.process.stdout.read() == ""


def test_stops_in_reverse_order_and_leaves_nothing(tmp_path: Path) -> None:
    """On TERM those who need others end first; afterwards no child runs and ps says stopped."""
    with running(tmp_path) as runner:
        runner.wait_ready()
        pids = [runner.pid(role) for role in ("store", "worker", "web")]

        assert runner.stop() == 0
        ends = [line for line in runner.life() if line.endswith("ends")]
        assert ends[-1] == "store ends"
        assert sorted(ends[:2]) == ["web ends", "worker ends"]
        assert [started_at(pid) for pid in pids] == [None, None, None]
        assert {row["state"] for row in runner.rows().values()} == {"stopped"}


def test_ctrl_c_stops_as_term_does(tmp_path: Path) -> None:
    """Ctrl-C at the terminal is a clean stop, with exit code 0."""
    with running(tmp_path) as runner:
        runner.wait_ready()

        assert runner.stop(signal.SIGINT) == 0


def test_a_process_that_does_not_hear_is_killed(tmp_path: Path) -> None:
    """A role that ignores TERM is killed after its limit, so that the stop comes to an end."""
    with running(tmp_path, "deaf") as runner:
        runner.wait_ready()
        pid = runner.pid("deaf")

        assert runner.stop() == 0
        assert started_at(pid) is None


@pytest.mark.parametrize("role", ["worker", "store"])
def test_what_dies_is_started_again(tmp_path: Path, role: str) -> None:
    """A killed process is replaced at once, shows a new pid in ps and counts as a restart in the metrics."""
    with running(tmp_path) as runner:
        runner.wait_ready()
        before = runner.pid(role)
        os.kill(before, signal.SIGKILL)
        eventually(lambda: _again(runner.rows()[role], before))
        with urllib.request.urlopen(str(runner.rows()["runner"]["metrics_url"])) as answer:
            metrics = answer.read().decode()

        assert f'petitions_restarts_total{{role="{role}"}} 1.0' in metrics


def test_two_runners_cannot_share_a_directory(tmp_path: Path) -> None:
    """The second runner on a directory ends with an explanation and does not disturb the first one."""
    with running(tmp_path) as first:
        first.wait_ready()
        with running(tmp_path) as second:
            assert second.process.wait(15) == 1
            assert second.process.stderr is not None

            assert "in use by another runner" in second.process.stderr.read()
        assert first.rows()["web"]["state"] == "ready"


def test_nothing_outlives_a_killed_runner(tmp_path: Path) -> None:
    """kill -9 of the runner takes its children along; the next start on the same directory works."""
    with running(tmp_path) as runner:
        runner.wait_ready()
        pids = [runner.pid(role) for role in ("store", "worker", "web")]
        runner.process.kill()
        eventually(lambda: all(started_at(pid) is None for pid in pids), 3)

    with running(tmp_path) as again:
        assert again.wait_ready().startswith("ready ")


def test_a_failed_preparation_ends_the_runner_with_its_words(tmp_path: Path) -> None:
    """When a role that runs once fails for good, the runner stops everything, repeats its message and exits with 1."""
    with running(tmp_path, "hopeless") as runner:
        assert runner.process.wait(15) == 1
        assert runner.process.stderr is not None
        assert "prepare failed: the tables are of a later version" in runner.process.stderr.read()
        assert "store ends" in runner.life()


def test_a_childs_death_and_a_request_to_stop_end_the_runners_sleep() -> None:
    """It looks around once a second while all is well; whatever happens meanwhile wakes it at once."""
    with listening() as stop:
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        assert stop.wait(30)
        assert not stop.wait(0)
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.wait(30)
        assert stop.asked == 1
