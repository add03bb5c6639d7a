"""Two thousand clients at once at intake: each is answered, taken or told to come later, and the process that answers grows no memory."""

from __future__ import annotations

import asyncio
import json
import resource
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.one_machine.runner.directory import Directory
from schemas.events.intake import SANDBOX
from tests.bench import petitions
from tests.bench.process import Measured
from tests.bench.rates import stack
from tests.bench.results import Goal, Section, WrongResult, say
from tests.bench.wire import Connection

CLIENTS = 2_000
WARM_UP, WAVES = 5, 5
"""The first waves fill what is kept on purpose (the newest 20,000 events for live pages), and do not count."""
PATIENCE_SECONDS = 120
GROWTH_GOAL = 1.1
ANSWERS = (202, 429, 503)
"""Taken, too fast, too much. Nothing else may come of it, least of all no answer."""
_MOST_FILES = 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """How often each answer came, and the process's memory in bytes before and after."""

    answers: Counter[int]
    before: int
    after: int

    @property
    def growth(self) -> float:
        return self.after / self.before


async def measure(directory: Path, clients: int = CLIENTS) -> Section:
    """Waves of so many clients on an instance of its own; its petitions are the sandbox's."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, _MOST_FILES), hard))
    async with stack(directory, slow=False) as found:
        key = _key(found.place)
        return _section(await waves(found.url, key, found.measured()["web"], clients, warm_up=WARM_UP, count=WAVES), clients)


def _key(place: Directory) -> str:
    return str(json.loads(place.credentials.read_text(encoding="utf-8"))["intake"][SANDBOX])


async def waves(url: str, key: str, web: Measured, clients: int, *, warm_up: int, count: int) -> Found:
    """One wave after the other; `web`: the process that answers. Raise WrongResult for any answer but those that may come."""
    numbers = iter(range((warm_up + count) * clients))
    for _ in range(warm_up):
        await _wave(url, key, numbers, clients)
    before, answers = web.rss, Counter[int]()
    for _ in range(count):
        answers += await _wave(url, key, numbers, clients)
        say(f"{dict(answers)}, {web.rss / before:.2f} of the memory before")
    return Found(answers, before, web.rss)


async def _wave(url: str, key: str, numbers: Iterator[int], clients: int) -> Counter[int]:
    """All are connected before the first one sends."""
    connections = await asyncio.gather(*(Connection.open(url) for _ in range(clients)))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            found = Counter(await asyncio.gather(*(_sent(one, key, next(numbers)) for one in connections)))
    except (OSError, asyncio.IncompleteReadError) as error:
        raise WrongResult(f"a client had no answer: {type(error).__name__}") from error
    finally:
        for one in connections:
            one.close()
    if other := found.keys() - set(ANSWERS):
        raise WrongResult(f"answers that may not come: {sorted(other)}")
    return found


async def _sent(connection: Connection, key: str, number: int) -> int:
    known = petitions.texts()
    body = json.dumps({"channel": SANDBOX, "external_id": f"crowd-{number}", "text": known[number % len(known)]})
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    return (await connection.request("POST", "/v1/petitions", headers, body.encode())).status


def _section(found: Found, clients: int) -> Section:
    growth = round(found.growth, 3)
    row = {
        "clients": clients,
        "taken": found.answers[202],
        "429": found.answers[429],
        "503": found.answers[503],
        "MB before": round(found.before / 1e6),
        "MB after": round(found.after / 1e6),
    }
    return Section(
        "crowd",
        f"{clients:,} clients at once at HTTP intake",
        (row,),
        (Goal("memory of the answering process, after against before", GROWTH_GOAL, growth, at_least=False),),
        (f"{WAVES} waves after {WARM_UP} that do not count; in each, all are connected before the first one sends",),
        {"answers": dict(found.answers), "growth": growth},
    )
