"""How long citizens wait for their reply when a worker or a broker is killed: at their event streams, through HTTP, at a steady rate."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from deploy.one_machine.embedded.kafka import EmbeddedKafka, cluster
from deploy.one_machine.runner.directory import Directory
from tests.bench.latency import loaded
from tests.bench.petitions import CHANNEL
from tests.bench.results import Cell, Goal, Section, WrongResult, say
from tests.broker import give_operator
from tests.chaos.city import WORKER
from tests.chaos.instance import Instance

RATES = {1: 20.0, 3: 10.0}
"""Petitions a second by the number of brokers: what two cores bear beside them, so that the waits are those of the deaths."""
SPAN_SECONDS, KILL_AT_SECONDS, SETTLE_SECONDS = 22.0, 8.0, 8.0
WARM_UP_SECONDS = 40.0
ROUNDS = 3
GOALS = {"worker, one broker": 3.0, "worker, three brokers": 3.0, "a broker of three": 4.0}


@dataclass(frozen=True, slots=True)
class Waits:
    """Of one round, in seconds: the longest of those sent long enough before the death to be answered, and of those after."""

    before: float
    after: float


async def measure(directory: Path, rounds: int = ROUNDS) -> Section:
    """Each kind of death `rounds` times, every time under a load of its own; the longest wait of any petition sent meanwhile counts."""
    found: dict[str, list[Waits]] = {}
    with _city(directory / "one", 1) as (instance, _):
        found["worker, one broker"] = await _each(instance, RATES[1], rounds, lambda _: instance.kill(WORKER), lambda _: None)
    with _city(directory / "three", 3) as (instance, brokers):
        found["worker, three brokers"] = await _each(instance, RATES[3], rounds, lambda _: instance.kill(WORKER), lambda _: None)
        found["a broker of three"] = await _each(
            instance, RATES[3], rounds, lambda number: brokers[number % 3].kill(), lambda number: brokers[number % 3].start()
        )
    return _section(found)


@contextmanager
def _city(data: Path, count: int) -> Iterator[tuple[Instance, list[EmbeddedKafka]]]:
    """A whole instance on so many brokers, which are kept apart from it so that each can be killed."""
    give_operator(data / "accounts")
    brokers = cluster(data, count)
    with ExitStack() as stack:
        for broker in brokers:
            broker.launch()
            stack.callback(broker.stop)
        for broker in brokers:
            broker.wait_ready()
        servers = ",".join(broker.bootstrap for broker in brokers)
        instance = Instance(
            data / "instance", environment={"KAFKA_BOOTSTRAP_SERVERS": servers, "REPLICATION": str(count), "PARTITIONS": "4"}
        )
        stack.callback(instance.stop)
        instance.start()
        yield instance, brokers


async def _each(instance: Instance, rate: float, rounds: int, kill: Callable[[int], None], revive: Callable[[int], object]) -> list[Waits]:
    key = json.loads(Directory(instance.data).credentials.read_text(encoding="utf-8"))["intake"][CHANNEL]
    load = partial(loaded, instance.data / "samples.json", instance.url, key, rate)
    await load(round(rate * WARM_UP_SECONDS))
    waits = []
    for number in range(rounds):
        samples = asyncio.create_task(load(round(rate * SPAN_SECONDS), "again"))
        await asyncio.sleep(KILL_AT_SECONDS)
        kill(number)
        waits.append(_longest(await samples))
        say(f"longest wait {waits[-1].after:.2f} s, before the death {waits[-1].before:.2f} s")
        await asyncio.to_thread(revive, number)
        await asyncio.to_thread(instance.wait_ready)
        await asyncio.sleep(SETTLE_SECONDS)
    return waits


def _longest(samples: Sequence[dict[str, Any]]) -> Waits:
    """From when a petition was to be sent to its reply; a call that is refused for the moment is sent again meanwhile."""
    if failed := [sample["error"] for sample in samples if sample["error"]]:
        raise WrongResult(f"{len(failed)} of {len(samples)} petitions got no reply, the first: {failed[0]}")
    waits = [(float(sample["intended"]), float(sample["replied"] - sample["intended"])) for sample in samples]
    return Waits(max(wait for at, wait in waits if at < KILL_AT_SECONDS / 2), max(wait for at, wait in waits if at >= KILL_AT_SECONDS / 2))


def _section(found: dict[str, list[Waits]]) -> Section:
    rows: tuple[dict[str, Cell], ...] = tuple(
        {
            "killed": what,
            "longest wait s": round(max(wait.after for wait in waits), 2),
            "shortest of the rounds s": round(min(wait.after for wait in waits), 2),
            "longest before the death s": round(max(wait.before for wait in waits), 2),
        }
        for what, waits in found.items()
    )
    goals = tuple(Goal(what, GOALS[what], round(max(w.after for w in waits), 2), " s", at_least=False) for what, waits in found.items())
    rates = " and ".join(f"{rate:.0f}/s on {brokers} broker{'s' * (brokers > 1)}" for brokers, rate in RATES.items())
    return Section(
        "failover",
        f"kill -9 at {rates}: the longest wait from sending to the reply at the citizen's stream",
        rows,
        goals,
        (
            f"{ROUNDS} deaths of each kind, each under {SPAN_SECONDS:.0f} s of load that reaches every partition",
            "a call that is refused with 503 is sent again, its wait counts from the first",
        ),
        {"waits": {what: [(wait.before, wait.after) for wait in waits] for what, waits in found.items()}},
    )
