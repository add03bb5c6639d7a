"""`python -m tests.bench [NAME…|all]`, names as in ALL: progress on standard error, tables on standard output."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from schemas.platform import keyring, logs
from tests.bench.machine import facts
from tests.bench.results import Section, WrongResult, say, show, text

ALL = (
    *("engines", "paced", "rates", "intake", "import", "pipeline", "latency", "failover", "overload", "crowd", "growth", "store", "desk"),
    "trust",
)


async def _engines(directory: Path, count: int | None, rounds: int) -> Section:
    from tests.bench import engines

    return engines.section(await engines.measure(directory, count or 300_000, rounds))


async def _rates(directory: Path, count: int | None, rounds: int) -> Section:
    from tests.bench import rates

    against = os.environ.get("BENCH_AGAINST")
    return await rates.measure(directory, slow=os.environ.get("BENCH_SLOW") == "1", against=Path(against) if against else None)


async def _paced(directory: Path, count: int | None, rounds: int) -> Section:
    from tests.bench import paced

    return paced.section(await paced.measure(directory))


def _other(name: str, default: int) -> Callable[[Path, int | None, int], Coroutine[Any, Any, Section]]:
    async def measure(directory: Path, count: int | None, rounds: int) -> Section:
        found: Section = await import_module(f"tests.bench.{name}").measure(directory, count or default)
        return found

    return measure


BENCHMARKS: dict[str, Callable[[Path, int | None, int], Coroutine[Any, Any, Section]]] = {
    "engines": _engines,
    "paced": _paced,
    "rates": _rates,
    "pipeline": _other("pipeline", 200_000),
    "intake": _other("intake", 5_000),
    "import": _other("imports", 50_000),
    "latency": _other("latency", 2_000),
    "failover": _other("failover", 3),
    "overload": _other("overload", 300),
    "crowd": _other("crowd", 2_000),
    "growth": _other("growth", 100_000),
    "store": _other("store", 1_000_000),
    "desk": _other("desk", 1_000_000),
    "trust": _other("trust", 30_000),
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([*ALL, "all"]))
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write everything found as JSON.")
@click.option("--docs", type=click.Path(dir_okay=False, path_type=Path), help="Write the tables as Markdown (docs/benchmarks.md).")
@click.option("--rounds", type=click.IntRange(1, 50), default=3, show_default=True, help="Runs of each engine.")
@click.option("--slow", is_flag=True, help="Give the stack of `rates` half of one core.")
@click.option(
    "--against",
    type=click.Path(exists=True, file_okay=False, resolve_path=True),
    help="A checkout of another release: `rates` runs it too, and shows ours as a share of it.",
)
@click.option("--count", type=click.IntRange(1), help="Records, petitions or cases instead of each benchmark's own number.")
def main(
    names: tuple[str, ...], file: Path | None, docs: Path | None, rounds: int, count: int | None, against: str | None, *, slow: bool
) -> None:
    """Measure on this machine, on brokers and databases of its own, and clean up."""
    os.environ["BENCH_SLOW"] = "1" if slow else "0"
    if against:
        os.environ["BENCH_AGAINST"] = against
    chosen = ALL if not names or "all" in names else names
    logs.configure("bench", "error", sys.stderr)
    logging.getLogger("aiokafka").setLevel(logging.ERROR)
    machine = facts()
    say(", ".join(f"{name} {value}" for name, value in machine.items()))
    found: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine, "sections": []}
    wrong = False
    for name in chosen:
        try:
            with tempfile.TemporaryDirectory(prefix="petitions-bench-") as directory:
                os.environ["KEYRING_FILE"] = str(Path(directory) / "keyring.json")  # stages and consumers seal and open with it
                keyring.ensure(Path(os.environ["KEYRING_FILE"]))
                result = asyncio.run(BENCHMARKS[name](Path(directory), count, rounds))
        except WrongResult as error:
            wrong = True
            click.echo(f"== {name}: WRONG RESULT: {error}")
            continue
        click.echo(text(result) + "\n")
        found["sections"].append(result.as_json())
    click.echo("machine: " + ", ".join(f"{name} {show(value)}" for name, value in machine.items()))
    if file:
        file.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if docs:
        from tests.bench.markdown import page

        docs.write_text(page(found), encoding="utf-8")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
