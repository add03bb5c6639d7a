"""A whole instance at a steady rate, as `petitions up` runs it: CPU a petition by role, and how long the citizen waits for the reply.

Idle first, then each rate, all on one instance that was warmed up; another release (`--against`) before it, in the same way. The load
generator's own CPU does not count.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from deploy.one_machine.embedded.child import Command
from deploy.one_machine.embedded.ports import free_port
from deploy.one_machine.runner.directory import Directory
from deploy.one_machine.runner.state import rows as processes
from tests.bench.latency import loaded, percentile, ready
from tests.bench.machine import slowed
from tests.bench.petitions import CHANNEL
from tests.bench.process import Measured, running
from tests.bench.quix_environment import ROOT
from tests.bench.results import Cell, Goal, Section, say
from tests.broker import give_operator

OURS, OTHER = "this", "the other"
RATES = (10, 100, 300)
WARM_UP = (100, 45.0)
"""Petitions a second, and for how many seconds."""
SPAN_SECONDS = 20.0
IDLE_SECONDS = 20.0
SETTLE_SECONDS = 20.0
"""After the warm-up: so long the broker's compiler is still at work on it."""
IDLE_GOAL = 6.0
"""Per cent of a core that the whole stack may use while nothing comes."""
SHARES = {10: 0.4, 100: 0.3}
"""Of the other release's CPU a petition, by rate."""


@dataclass(frozen=True, slots=True)
class Found:
    """One rate: CPU in ms by role (a petition; while idle: a second), waits in ms from the 202 to the reply.

    `lost`: petitions without a reply; with any, the rate is more than the machine can do.
    """

    rate: int
    cpu_ms: Mapping[str, float]
    p50: float | None = None
    p99: float | None = None
    lost: int = 0

    @property
    def whole(self) -> float:
        return self.cpu_ms["all"]


@dataclass(frozen=True, slots=True)
class Stack:
    url: str
    key: str
    place: Directory

    def measured(self) -> dict[str, Measured]:
        """Every process of the instance, from now on; `all` is the runner with all of its children."""
        found = {row.role: Measured(row.pid) for row in processes(self.place.state) if row.pid}
        return {"all": found.pop("runner"), **found}


@asynccontextmanager
async def stack(directory: Path, *, slow: bool, tree: Path = ROOT) -> AsyncIterator[Stack]:
    """An instance of the release in `tree` that is ready; `slow`: it gets half of one core."""
    port, place = free_port(), Directory(directory / "instance")
    give_operator(place.kafka / "accounts")
    argv = (sys.executable, "-m", "deploy.cli", "up", "--data", str(place.path), "--port", str(port))
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    async with running(Command(argv, directory / "up.log", environment, tree), limit=90) as instance:
        await ready(instance, directory / "up.log")
        key = json.loads(place.credentials.read_text(encoding="utf-8"))["intake"][CHANNEL]
        with slowed(instance.process, enabled=slow):
            yield Stack(f"http://127.0.0.1:{port}", key, place)


async def measure(
    directory: Path, rates: Sequence[int] = RATES, *, slow: bool = False, span: float = SPAN_SECONDS, against: Path | None = None
) -> Section:
    """This release, after that in `against` if there is one."""
    found: dict[str, list[Found]] = {}
    trees = {OTHER: against, OURS: ROOT} if against else {OURS: ROOT}
    for name, tree in trees.items():
        say(f"{name}: {tree}")
        (directory / name).mkdir()
        found[name] = await _of(directory / name, tree, rates, slow=slow, span=span)
    return section(found, slow=slow)


async def _of(directory: Path, tree: Path, rates: Sequence[int], *, slow: bool, span: float) -> list[Found]:
    """Warm up, then idle, then each rate in turn, up to the first that is too much."""
    async with stack(directory, slow=slow, tree=tree) as found:
        load = partial(loaded, directory / "samples.json", found.url, found.key)
        say(f"warming up: {WARM_UP[0]}/s for {WARM_UP[1]:.0f} s")
        await load(float(WARM_UP[0]), round(WARM_UP[0] * WARM_UP[1]))
        await asyncio.sleep(SETTLE_SECONDS)
        rows = [await _idle(found)]
        say(f" idle    {rows[0].whole:.1f} ms CPU a second")
        for rate in rates:
            rows.append(one := await _at(found, load, rate, span))
            say(f"{rate:>5}/s  {one.whole:.1f} ms CPU a petition, p50 {one.p50 or 0:.0f}, p99 {one.p99 or 0:.0f} ms, {one.lost} lost")
            if one.lost:
                break
        return rows


async def _idle(found: Stack) -> Found:
    before = found.measured()
    await asyncio.sleep(IDLE_SECONDS)
    return Found(0, {role: one.cpu * 1000 / IDLE_SECONDS for role, one in before.items()})


async def _at(found: Stack, load: Any, rate: int, span: float) -> Found:
    count, before = round(rate * span), found.measured()
    samples = await load(float(rate), count)
    cpu = {role: one.cpu * 1000 / count for role, one in before.items()}
    waits = [(sample["replied"] - sample["accepted"]) * 1000 for sample in samples if not sample["error"]]
    if len(waits) < count:
        return Found(rate, cpu, lost=count - len(waits))
    return Found(rate, cpu, percentile(waits, 0.5), percentile(waits, 0.99))


def section(found: Mapping[str, Sequence[Found]], *, slow: bool) -> Section:
    """A row for each release and rate, roles as columns."""
    roles = list(dict.fromkeys(role for runs in found.values() for role in runs[0].cpu_ms if role != "all"))
    other = {one.rate: one for one in found.get(OTHER, ())}
    rows = tuple(_row(name, one, roles, other) for name, runs in found.items() for one in runs)
    return Section(
        "rates",
        "A whole instance at a steady rate, HTTP to the citizen's stream: CPU a petition by role"
        + (", on half of one core" if slow else ""),
        rows,
        tuple(_goals(found[OURS], other)),
        (
            "idle: CPU a second; waits from the 202 to the reply event; the load generator runs on the same cores and is not counted",
            "a rate of which petitions got no reply is more than this machine can do; it ends the run",
        ),
        {"runs": {name: [asdict(one) for one in runs] for name, runs in found.items()}},
        by=("release", "petitions/s"),
        plots=("CPU ms", "p99 ms"),
    )


def _row(name: str, one: Found, roles: Sequence[str], other: Mapping[int, Found]) -> dict[str, Cell]:
    return {
        "release": name,
        "petitions/s": "idle" if one.rate == 0 else f"{one.rate:,}",
        "CPU ms": round(one.whole, 2),
        "of the other": _share(one, other),
        **{role: round(one.cpu_ms.get(role, 0.0), 2) for role in roles},
        "p50 ms": one.p50 and round(one.p50, 1),
        "p99 ms": one.p99 and round(one.p99, 1),
        "lost": one.lost,
    }


def _share(one: Found, other: Mapping[int, Found]) -> float | None:
    return round(one.whole / other[one.rate].whole, 2) if one.rate in other else None


def _goals(ours: Sequence[Found], other: Mapping[int, Found]) -> Iterator[Goal]:
    yield Goal("idle, the whole stack, per cent of a core", IDLE_GOAL, round(ours[0].whole / 10, 1), "%", at_least=False)
    for one in ours:
        if one.rate in SHARES and (share := _share(one, other)) is not None:
            yield Goal(f"CPU a petition at {one.rate}/s, share of the other release's", SHARES[one.rate], share, at_least=False)
