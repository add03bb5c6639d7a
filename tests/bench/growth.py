"""What grows faster than the work: the engine's common job on more partitions, more workers and larger records, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.bench.broker import connected
from tests.bench.contestants import Contestant, ours
from tests.bench.engines import Ground, loaded, run_once
from tests.bench.results import Cell, Section, say
from tests.broker import kafka_in

PARTITIONS = (1, 4, 16, 64)
WORKERS = (1, 2, 4)
SIZES = (0, 700, 2_700, 9_700)
"""Bytes beside the record's own 300 or so."""
MOST_BYTES = 200_000_000
"""Of an input: large records come in smaller numbers."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One run: what is varied, and how it is called in the table."""

    what: str
    value: str
    partitions: int = 4
    workers: int = 1
    bytes_more: int = 0


def shapes() -> Iterator[Shape]:
    """The smallest of each kind comes first; the others are compared with it."""
    yield from (Shape("partitions", str(number), partitions=number) for number in PARTITIONS)
    yield from (Shape("workers", str(number), workers=number) for number in WORKERS)
    yield from (Shape("record size", f"{(300 + more) / 1000:.1f} kB", bytes_more=more) for more in SIZES)


async def measure(directory: Path, count: int) -> Section:
    """`count` records a run, fewer of large ones; each run twice on one broker, the better one counts."""
    rows: list[dict[str, Cell]] = []
    first: dict[str, float] = {}
    with kafka_in(directory / "kafka") as kafka:
        async with connected(kafka.bootstrap) as broker:
            for number, shape in enumerate(shapes()):
                many = min(count, MOST_BYTES // (300 + shape.bytes_more))
                whole = Ground(kafka, broker, directory, many, max(1, many // 2), f"growth-{number}.in", shape.partitions)
                shared = await loaded(whole, filling="x" * shape.bytes_more)
                rate, cpu_us, rss = await _best(shared, ours(shape.workers), number)
                await broker.delete([shared.input])
                base = first.setdefault(shape.what, rate)
                say(f"{shape.what} {shape.value}: {rate:,.0f}/s, {cpu_us:.1f} us CPU, {rss:.0f} MB")
                rows.append(_row(shape, rate, base, cpu_us, rss))
    return Section(
        "growth",
        "One thing grows, the rest stays: the comparison job, exactly once",
        tuple(rows),
        (),
        (
            "the better of two runs; CPU of worker and broker; every output checked",
            "cases in the store: see the benchmark `store`, `--count`",
        ),
        by=("what grows", "to"),
        plots=("of the smallest",),
    )


async def _best(shared: Ground, one: Contestant, number: int) -> tuple[float, float, float]:
    runs = [await run_once(replace(shared), one, one.prepare(shared.directory), 10 * number + again) for again in range(2)]
    best = max(runs, key=lambda run: run.rate)
    return best.rate, (best.cpu + best.broker_cpu) * 1e6 / best.count, best.rss / 1e6


def _row(shape: Shape, rate: float, base: float, cpu_us: float, rss: float) -> dict[str, Cell]:
    return {
        "what grows": shape.what,
        "to": shape.value,
        "records/s": round(rate),
        "of the smallest": round(rate / base, 2),
        "CPU us a record": round(cpu_us, 1),
        "RSS MB": round(rss),
    }
