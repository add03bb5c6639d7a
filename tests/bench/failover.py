"""How long citizens wait for their reply when a worker or a broker is killed: at their event streams, through HTTP, at a steady rate."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from deploy.one_machine.runner.directory import Directory
from tests.bench.latency import loaded
from tests.bench.petitions import CHANNEL
from tests.bench.results import Cell, Goal, Section, WrongResult, say
from tests.chaos.city import WORKER, City

RATE, SPAN_SECONDS, KILL_AT_SECONDS = 60.0, 30.0, 8.0
WARM_UP_SECONDS = 20.0
ROUNDS = 3
GOALS = {"worker, one broker": 3.0, "worker, three brokers": 3.0, "a broker of three": 4.0}


async def measure(directory: Path, rounds: int = ROUNDS) -> Section:
    """Each kind of death `rounds` times, every time under a load of its own; the longest wait of any petition sent meanwhile counts."""
    found: dict[str, list[float]] = {}
    with City(directory / "one", brokers=1, disks=False).running() as city:
        found["worker, one broker"] = await _each(city, directory, rounds, lambda _: city.instance.kill(WORKER))
    with City(directory / "three", brokers=3, disks=False).running() as city:
        found["worker, three brokers"] = await _each(city, directory, rounds, lambda _: city.instance.kill(WORKER))
        found["a broker of three"] = await _each(city, directory, rounds, lambda number: city.servers[city.brokers[number % 3]].kill())
    return _section(found)


async def _each(city: City, directory: Path, rounds: int, kill: Callable[[int], None]) -> list[float]:
    key = json.loads(Directory(city.data).credentials.read_text(encoding="utf-8"))["intake"][CHANNEL]
    load = partial(loaded, directory / "samples.json", city.instance.url, key, RATE)
    await load(round(RATE * WARM_UP_SECONDS))
    waits = []
    for number in range(rounds):
        samples = asyncio.create_task(load(round(RATE * SPAN_SECONDS)))
        await asyncio.sleep(KILL_AT_SECONDS)
        kill(number)
        waits.append(_longest(await samples))
        say(f"longest wait {waits[-1]:.2f} s")
        city.revive()
        await asyncio.to_thread(city.wait_ready)
    return waits


def _longest(samples: Sequence[dict[str, Any]]) -> float:
    """From when a petition was to be sent to its reply; a call that was refused and not repeated counts as an error."""
    if failed := [sample["error"] for sample in samples if sample["error"]]:
        raise WrongResult(f"{len(failed)} of {len(samples)} petitions got no reply, the first: {failed[0]}")
    return max(float(sample["replied"] - sample["intended"]) for sample in samples)


def _section(found: dict[str, list[float]]) -> Section:
    rows: tuple[dict[str, Cell], ...] = tuple(
        {"killed": what, "longest wait s": round(max(waits), 2), "shortest of the rounds s": round(min(waits), 2)}
        for what, waits in found.items()
    )
    return Section(
        "failover",
        f"kill -9 at {RATE:.0f} petitions/s: the longest wait from sending to the reply at the citizen's stream",
        rows,
        tuple(Goal(what, GOALS[what], round(max(waits), 2), " s", at_least=False) for what, waits in found.items()),
        (f"{ROUNDS} deaths of each kind, each under {SPAN_SECONDS:.0f} s of load that reaches every partition; nobody's call is repeated",),
        {"waits": found},
    )
