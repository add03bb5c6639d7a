"""From the 202 to the reply at the citizen's event stream, on a whole instance as `petitions up` runs it, at a steady rate."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from deploy.one_machine.embedded.child import Command
from deploy.one_machine.embedded.ports import free_port
from deploy.one_machine.runner.directory import Directory
from tests.bench.petitions import CHANNEL
from tests.bench.process import Ended, Running, running
from tests.bench.quix_environment import ROOT
from tests.bench.results import Goal, Section, WrongResult, say

RATE = 100.0
WARM_UP_SECONDS = 45
"""Until the broker's compiler has done with what it uses: the first half minute of a JVM's life says nothing of the months after it."""
P50_MS, P99_MS = 25.0, 100.0
_START_LIMIT_SECONDS = 180.0
_DEATHS = 5


async def measure(directory: Path, count: int, rate: float = RATE, warm_up: float = WARM_UP_SECONDS) -> Section:
    """`count` petitions at `rate` a second, after `warm_up` seconds at that rate that do not count."""
    port, place = free_port(), Directory(directory / "instance")
    argv = (sys.executable, "-m", "deploy.cli", "up", "--data", str(place.path), "--port", str(port))
    async with running(Command(argv, directory / "up.log", cwd=ROOT), limit=60) as instance:
        say("starting a whole instance")
        await ready(instance, directory / "up.log")
        key = json.loads(place.credentials.read_text(encoding="utf-8"))["intake"][CHANNEL]
        say(f"warming up for {warm_up:.0f} s, then {count:,} petitions at {rate:.0f}/s")
        load = partial(loaded, directory / "samples.json", f"http://127.0.0.1:{port}", key, rate)
        await load(round(rate * warm_up))
        samples = await load(count)
    return section(samples, rate, warm_up)


async def ready(instance: Running, log: Path) -> None:
    until = time.monotonic() + _START_LIMIT_SECONDS
    while "ready http://" not in (said := _text(log)):
        instance.check()
        if said.count(" died (") >= _DEATHS:
            raise Ended(f"a role dies again and again: {instance.child.last_words()}")
        if time.monotonic() > until:
            raise TimeoutError(f"the instance was not ready after {_START_LIMIT_SECONDS:.0f} s: {instance.child.last_words()}")
        await asyncio.sleep(0.2)


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


async def loaded(file: Path, url: str, key: str, rate: float, count: int, *more: str) -> list[dict[str, Any]]:
    """What tests.bench.load found, by way of a file: some 100 kB through a pipe came incomplete once in a dozen runs."""
    argv = (sys.executable, "-m", "tests.bench.load", url, key, str(rate), str(count), str(file), *more)
    process = await asyncio.create_subprocess_exec(*argv, cwd=ROOT)
    if await process.wait() != 0:
        raise RuntimeError(f"the load generator ended with exit code {process.returncode}")
    found: list[dict[str, Any]] = json.loads(_text(file))
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)]


def section(samples: Sequence[dict[str, Any]], rate: float, warm_up: float) -> Section:
    if failed := [sample["error"] for sample in samples if sample["error"]]:
        raise WrongResult(f"{len(failed)} of {len(samples)} petitions got no reply, the first: {failed[0]}")
    ways = {
        "202 to the reply event": [s["replied"] - s["accepted"] for s in samples],
        "intended sending to the 202": [s["accepted"] - s["intended"] for s in samples],
        "intended sending to the reply event": [s["replied"] - s["intended"] for s in samples],
    }
    rows = tuple(
        {
            "ms": name,
            **{f"p{share * 100:g}": round(percentile(values, share) * 1000, 1) for share in (0.5, 0.95, 0.99)},
            "longest": round(max(values) * 1000, 1),
        }
        for name, values in ways.items()
    )
    replies = ways["202 to the reply event"]
    return Section(
        "latency",
        f"HTTP to the citizen's event stream: {len(samples):,} petitions at {rate:.0f}/s",
        rows,
        (
            Goal("202 to the reply event, p50", P50_MS, round(percentile(replies, 0.5) * 1000, 1), " ms", at_least=False),
            Goal("202 to the reply event, p99", P99_MS, round(percentile(replies, 0.99) * 1000, 1), " ms", at_least=False),
        ),
        (
            f"after {warm_up:.0f} s at the same rate, for the broker's just-in-time compiler",
            "open loop: sent by the clock, not by the answers; load generator in a process of its own on the same cores",
            f"streams refused at first, because the petition had not come through yet: {sum(s['refused'] for s in samples)}",
        ),
    )
