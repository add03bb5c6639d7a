"""One whole story: a city, petitions at a rate, faults by their schedule, then the verdict of the verifier."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.chaos import disk
from tests.chaos.city import City
from tests.chaos.faults import KINDS, possible
from tests.chaos.schedule import Planned, schedule

LIMIT_SECONDS, FIRST_SECONDS = 3600.0, 60.0


@dataclass(frozen=True, slots=True)
class Story:
    """`rate`: petitions a second; `kinds`: of faults, all that there are when empty. The same seed, the same faults."""

    seed: int
    petitions: int
    rate: float
    faults: int
    brokers: int = 1
    kinds: tuple[str, ...] = ()

    def planned(self, *, disks: bool) -> list[Planned]:
        return schedule(self.seed, possible(self.brokers, disks=disks, names=self.kinds), self.faults, self.petitions / self.rate)


@dataclass(frozen=True, slots=True)
class Struck:
    """A fault as it was: when it struck and when all was ready again (Unix seconds)."""

    fault: str
    victim: str
    at: float
    duration: float
    ready: float


def run_story(story: Story, data: Path) -> dict[str, Any]:
    """The verifier's report, with the faults and what had to be left out. Raises when the city does not come back after a fault."""
    data.mkdir(parents=True, exist_ok=True)
    missing = disk.why_not(data) if _wants_disks(story) else None
    planned = story.planned(disks=missing is None)
    sys.stderr.write(f"seed {story.seed}: {len(planned)} faults of {len({one.fault for one in planned})} kinds\n")
    disks = any(KINDS[one.fault].disk for one in planned)
    with City(data, brokers=story.brokers, disks=disks).running() as city:
        ledger = data / "ledger.jsonl"
        with _load(city, story, ledger) as began:
            struck = [strike(city, one, began) for one in planned]
        report = _verdict(city, ledger, struck[-1].ready if struck else began)
    skipped = {} if missing is None else {name: missing for name, kind in KINDS.items() if kind.disk}
    return {
        **report,
        "story": asdict(story),
        "skipped": skipped,
        "faults": [asdict(one) for one in struck],
        "gaps": _causes(report, struck),
    }


def _wants_disks(story: Story) -> bool:
    return any(kind.disk and (not story.kinds or name in story.kinds) for name, kind in KINDS.items())


def strike(city: City, one: Planned, began: float) -> Struck:
    """At its second, or at once when that is past; returns when everything is ready again."""
    time.sleep(max(0.0, began + one.second - time.time()))
    at = time.time()
    sys.stderr.write(f"{at - began:7.1f} s  {one.fault} {one.victim} for {one.duration} s\n")
    with KINDS[one.fault].strike(city, one.victim):
        time.sleep(one.duration)
    city.wait_ready()
    return Struck(one.fault, one.victim, round(at, 2), one.duration, round(time.time(), 2))


@contextmanager
def _load(city: City, story: Story, ledger: Path) -> Iterator[float]:
    """The load's process; when its first petition was acknowledged (Unix seconds).

    It ends when it has sent all and the faults are over. Raises RuntimeError when it failed.
    """
    command = [sys.executable, "-m", "tests.chaos.load", str(story.petitions), str(story.rate), str(ledger)]
    load = subprocess.Popen(command, env=_environment(city, "intake"), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    city.load = load.pid
    assert load.stdin is not None
    try:
        yield _first_acknowledged(load, ledger)
        load.stdin.close()
        if load.wait(LIMIT_SECONDS) != 0:
            raise RuntimeError("the load failed")
    finally:
        load.kill()


def _first_acknowledged(load: subprocess.Popen[bytes], ledger: Path) -> float:
    end = time.monotonic() + FIRST_SECONDS
    while not ledger.exists() or not ledger.stat().st_size:
        if load.poll() is not None or time.monotonic() > end:
            raise RuntimeError("no petition of the load was acknowledged")
        time.sleep(0.1)
    return time.time()


def _environment(city: City, name: str) -> dict[str, str]:
    secret = Path(city.environment["TRACKING_SECRET_FILE"]).read_text(encoding="utf-8").strip()
    clocks = {"CHAOS_CLOCKS": ""}  # the load and the verifier have the right time, whatever the roles have
    return {**os.environ, **city.environment, **clocks, "WORKER_ID": name, "TRACKING_SECRET": secret, "SERVICE_URL": city.instance.url}


def _verdict(city: City, ledger: Path, quiet_since: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.chaos.verify", str(ledger), str(quiet_since)]
    done = subprocess.run(command, env=_environment(city, "verifier"), stdout=subprocess.PIPE, text=True, check=False)
    if not done.stdout:
        raise RuntimeError("the verifier failed; what it said stands above")
    return dict(json.loads(done.stdout.splitlines()[-1]))  # before it stands what the clients of Kafka log


def _causes(report: dict[str, Any], struck: Sequence[Struck]) -> list[tuple[float, str]]:
    """Beside each gap (seconds) the last fault that struck before it ended."""
    return [
        (seconds, next((f"{one.fault} {one.victim}" for one in reversed(struck) if one.at < began + seconds), ""))
        for began, seconds in report["gaps"]
    ]
