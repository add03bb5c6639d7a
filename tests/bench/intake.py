"""Durable petitions a second through HTTP on a whole instance, against a bare handler on the same broker, in turn."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import orjson
from kafka.admin import KafkaAdminClient, NewTopic

from deploy.one_machine.embedded.child import Command
from deploy.one_machine.embedded.ports import free_port
from tests.bench.latency import percentile
from tests.bench.process import Measured, running
from tests.bench.quix_environment import ROOT
from tests.bench.rates import Stack, stack
from tests.bench.results import Cell, Goal, Section, WrongResult, say
from tests.broker import reach

CLIENTS = 64
ROUNDS = 3
SHARE_GOAL = 0.5
_TOPIC = "bench.bare"
_SETTLE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Found:
    """One round: petitions a second, CPU of the answering process in ms a petition, the slowest hundredth's wait in ms."""

    rate: float
    cpu_ms: float
    p99: float


async def measure(directory: Path, count: int) -> Section:
    """`count` petitions a round, handler and intake in turn; the first round of each warms up and does not count."""
    async with stack(directory, slow=False) as found:
        bootstrap = _bootstrap(found)
        port = free_port()
        argv = (sys.executable, "-m", "tests.bench.bare", bootstrap, _TOPIC, str(port))
        async with running(Command(argv, directory / "bare.log", cwd=ROOT)) as bare:
            await _answers(port)
            rounds: dict[str, list[Found]] = {"bare": [], "intake": []}
            for number in range(ROUNDS + 1):
                web = found.measured()["web"]
                for name, url, process in (("bare", f"http://127.0.0.1:{port}", bare), ("intake", found.url, web)):
                    one = await _round(url, found.key, process, number * count, count)
                    rounds[name].append(one)
                    say(f"{name:>7}  {one.rate:,.0f}/s, {one.cpu_ms:.2f} ms CPU, p99 {one.p99:.0f} ms")
                    await asyncio.sleep(_SETTLE_SECONDS)
    return _section({name: many[1:] for name, many in rounds.items()}, count)


def _bootstrap(found: Stack) -> str:
    servers: str = json.loads(found.place.state.read_text(encoding="utf-8"))["kafka"]
    admin = KafkaAdminClient(**reach(servers))
    admin.create_topics([NewTopic(_TOPIC, 4, 1)])
    admin.close()
    return servers


async def _answers(port: int) -> None:
    for _ in range(100):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise TimeoutError("the bare handler does not answer")


async def _round(url: str, key: str, process: Measured, first: int, count: int) -> Found:
    argv = (sys.executable, "-m", "tests.bench.hammer", url, key, str(first), str(count), str(CLIENTS))
    before = process.cpu
    hammer = await asyncio.create_subprocess_exec(*argv, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    output, _ = await hammer.communicate()
    found = orjson.loads(output)
    if found["statuses"] != {"202": count}:
        raise WrongResult(f"not all of {count} petitions were taken: {found['statuses']}")
    return Found(count / found["seconds"], (process.cpu - before) * 1000 / count, percentile(found["waits_ms"], 0.99))


def _section(found: Mapping[str, Sequence[Found]], count: int) -> Section:
    """A row for each, the medians of the rounds."""
    rows: tuple[dict[str, Cell], ...] = tuple(
        {
            "who": name,
            "petitions/s": round(median(one.rate for one in rounds)),
            "against bare": round(median(one.rate for one in rounds) / median(one.rate for one in found["bare"]), 2),
            "CPU ms": round(median(one.cpu_ms for one in rounds), 3),
            "p99 ms": round(median(one.p99 for one in rounds), 1),
        }
        for name, rounds in found.items()
    )
    share = median(one.rate for one in found["intake"]) / median(one.rate for one in found["bare"])
    return Section(
        "intake",
        f"Durable petitions a second through HTTP, {CLIENTS} clients, all roles of the instance on the same machine",
        rows,
        (Goal("HTTP intake against the bare handler", SHARE_GOAL, round(share, 2)),),
        (
            f"{count:,} petitions a round, {ROUNDS} rounds in turn after one that does not count; CPU of the answering process",
            "bare: a Starlette route and aiokafka, acks=all, the same broker; beside intake the other roles work on what it takes in",
        ),
        {name: [asdict(one) for one in rounds] for name, rounds in found.items()},
    )
