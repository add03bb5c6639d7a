"""A whole instance at a steady rate, as `petitions up` runs it: CPU a petition by role, and how long the citizen waits for the reply.

Idle first, then each rate, all on one instance that was warmed up. The load generator's own CPU does not count.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
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
from tests.bench.results import Cell, Goal, Section, WrongResult, say
from tests.broker import give_operator

RATES = (10, 100, 300)
WARM_UP = (100, 45.0)
"""Petitions a second, and for how many seconds."""
SPAN_SECONDS = 20.0
IDLE_SECONDS = 20.0
IDLE_GOAL = 6.0
"""Per cent of a core that the whole stack may use while nothing comes."""


@dataclass(frozen=True, slots=True)
class Found:
    """One rate: CPU in ms by role (a petition; while idle: a second), waits in ms from the 202 to the reply."""

    rate: int
    cpu_ms: Mapping[str, float]
    p50: float | None
    p99: float | None

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
async def stack(directory: Path, *, slow: bool) -> AsyncIterator[Stack]:
    """An instance that is ready; `slow`: it gets half of one core."""
    port, place = free_port(), Directory(directory / "instance")
    give_operator(place.kafka / "accounts")
    argv = (sys.executable, "-m", "deploy.cli", "up", "--data", str(place.path), "--port", str(port))
    async with running(Command(argv, directory / "up.log", cwd=ROOT), limit=90) as instance:
        await ready(instance, directory / "up.log")
        key = json.loads(place.credentials.read_text(encoding="utf-8"))["intake"][CHANNEL]
        with slowed(instance.process, enabled=slow):
            yield Stack(f"http://127.0.0.1:{port}", key, place)


async def measure(directory: Path, rates: Sequence[int] = RATES, *, slow: bool = False, span: float = SPAN_SECONDS) -> Section:
    """Warm up, then idle, then each rate in turn."""
    async with stack(directory, slow=slow) as found:
        load = partial(loaded, directory / "samples.json", found.url, found.key)
        say(f"warming up: {WARM_UP[0]}/s for {WARM_UP[1]:.0f} s")
        await load(float(WARM_UP[0]), round(WARM_UP[0] * WARM_UP[1]))
        await asyncio.sleep(5)
        rows = [await _idle(found)]
        for rate in rates:
            rows.append(await _at(found, load, rate, span))
            say(f"{rate:>5}/s  {rows[-1].whole:.1f} ms CPU a petition, p50 {rows[-1].p50:.0f}, p99 {rows[-1].p99:.0f} ms")
    return section(rows, slow=slow)


async def _idle(found: Stack) -> Found:
    before = found.measured()
    await asyncio.sleep(IDLE_SECONDS)
    return Found(0, {role: one.cpu * 1000 / IDLE_SECONDS for role, one in before.items()}, None, None)


async def _at(found: Stack, load: Any, rate: int, span: float) -> Found:
    count, before = round(rate * span), found.measured()
    samples = await load(float(rate), count)
    cpu = {role: one.cpu * 1000 / count for role, one in before.items()}
    if failed := [sample["error"] for sample in samples if sample["error"]]:
        raise WrongResult(f"{len(failed)} of {count} petitions got no reply, the first: {failed[0]}")
    waits = [(sample["replied"] - sample["accepted"]) * 1000 for sample in samples]
    return Found(rate, cpu, percentile(waits, 0.5), percentile(waits, 0.99))


def section(found: Sequence[Found], *, slow: bool) -> Section:
    """A row for each rate, roles as columns."""
    roles = [role for role in found[0].cpu_ms if role != "all"]
    rows: list[dict[str, Cell]] = [
        {
            "petitions/s": "idle (a second)" if one.rate == 0 else f"{one.rate:,}",
            "CPU ms": round(one.whole, 2),
            **{role: round(one.cpu_ms.get(role, 0.0), 2) for role in roles},
            "p50 ms": one.p50 and round(one.p50, 1),
            "p99 ms": one.p99 and round(one.p99, 1),
        }
        for one in found
    ]
    return Section(
        "rates",
        "A whole instance at a steady rate, HTTP to the citizen's stream: CPU a petition by role"
        + (", on half of one core" if slow else ""),
        tuple(rows),
        (Goal("idle, the whole stack, per cent of a core", IDLE_GOAL, round(found[0].whole / 10, 1), "%", at_least=False),),
        ("waits from the 202 to the reply event; the load generator runs on the same cores and is not counted",),
        {"runs": [{"rate": one.rate, "cpu_ms": dict(one.cpu_ms), "p50": one.p50, "p99": one.p99} for one in found]},
    )
