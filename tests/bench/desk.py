"""The desk's questions on a million cases, 10,000 of them open in one office: the queries, as the calls ask them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from consumers.read_model.finding import count_query, page_query
from consumers.read_model.reading import opened
from deploy.cluster.migrate import migrate
from deploy.one_machine.embedded import EmbeddedPostgres
from tests.bench.results import Cell, Goal, Section, say
from tests.desk.seeding import OFFICE, seed
from tests.desk.test_plans import ASKED

ROUNDS = 200
WANTED_MS = 100.0
Query = tuple[str, dict[str, Any]]


def _questions(cases: int) -> Iterator[tuple[str, Callable[[], Query]]]:
    """Each with other values every time, as people ask them."""
    chance = random.Random(7)
    for name, wanted in ASKED.items():
        words = tuple(wanted.words)

        def asked(wanted: Any = wanted, words: tuple[int, ...] = words) -> Any:
            begun = tuple(word + chance.randrange(40) for word in wanted.begun)
            return replace(wanted, words=tuple(max(1, word - chance.randrange(40)) for word in words), begun=begun)

        yield f"list: {name}", lambda asked=asked: page_query(asked())
        yield f"count: {name}", lambda asked=asked: count_query(asked())


async def measure(directory: Path, count: int) -> Section:
    """`count` cases; 200 times each question, one after the other."""
    with EmbeddedPostgres(directory / "postgres") as server:
        url = server.ensure_database("desk")
        migrate(url)
        began = time.perf_counter()
        with psycopg.connect(url, autocommit=True) as connection:
            seed(connection, count, min(10_000, count // 10), words=60)
        say(f"{count:,} cases seeded in {time.perf_counter() - began:.0f} s")
        rows: list[dict[str, Cell]] = []
        async with opened(url, 2) as reader:
            for name, query in _questions(count):
                rows.append({"question": name, **await _timed(lambda query=query: reader.rows(*query()))})
                say(f"{name}: {rows[-1]['p99 ms']:.0f} ms")
            numbers = [f"{chosen:026x}" for chosen in random.Random(3).sample(range(1, count), ROUNDS)]
            ids = iter(numbers * 2)
            rows.append({"question": "case", **await _timed(lambda: reader.snapshot(next(ids)))})
    goals = tuple(Goal(f"{row['question']}, p99", WANTED_MS, float(row["p99 ms"] or 0), " ms", at_least=False) for row in rows)
    notes = (f"{count:,} cases, a seventh of them of {OFFICE}; 200 runs of each, after ten to warm up, one at a time.",)
    return Section("desk", "The desk's questions", tuple(rows), goals, notes)


async def _timed(ask: Callable[[], Any]) -> dict[str, Cell]:
    for _ in range(10):
        await ask()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await ask()
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    return {"p50 ms": times[len(times) // 2], "p99 ms": times[len(times) * 99 // 100]}
