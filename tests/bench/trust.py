"""What it costs that the broker knows who comes, and that people's words are sealed: the same work with and without, in turn.

The pipeline's cost stands for the product (its stages seal, its consumers open), the engine's plain job at a steady rate for the broker:
it has no words, and accounts are all that differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench import paced, pipeline
from tests.bench.contestants import OURS
from tests.bench.results import Cell, Goal, Section
from tests.bench.unguarded import OpenKafka, no_account
from tests.broker import kafka_in

ROUNDS = 2
RATE = 100
BUDGET = 0.05
"""Of the pipeline's CPU, for sealing."""
NOTHING, ACCOUNTS, BOTH = "neither", "accounts", "accounts and sealed words"


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one round: microseconds of CPU a petition, petitions a second; with the engine's job also milliseconds an event and its waits."""

    form: str
    petition_us: float
    rate: float
    event_ms: float | None = None
    p50: float | None = None
    p99: float | None = None


async def measure(directory: Path, count: int) -> Section:
    """`count` petitions through the pipeline in each form, in turn; the engine's job once, where the broker differs."""
    found = [
        await _cost(directory / f"{number}-{at}", form, count, job=number == 0 and form != BOTH)
        for number in range(ROUNDS)
        for at, form in enumerate((NOTHING, ACCOUNTS, BOTH))
    ]
    return _section(found, count)


async def _cost(directory: Path, form: str, count: int, *, job: bool) -> Cost:
    make = OpenKafka if form == NOTHING else kafka_in
    with no_account() if form == NOTHING else nullcontext():
        ran = await pipeline.measure(directory / "pipeline", count, make, words_open=form != BOTH)
        whole = ran.rows[-1]
        cost = Cost(form, float(whole["CPU µs/petition"] or 0), float(whole["records/s"] or 0))
        if not job:
            return cost
        (ran_job,) = await paced.measure(directory / "paced", (RATE,), (OURS,), make=make)
    return Cost(form, cost.petition_us, cost.rate, ran_job.cpu_ms, ran_job.p50, ran_job.p99)


def _section(found: Sequence[Cost], count: int) -> Section:
    mid = {form: _middle([one for one in found if one.form == form]) for form in (NOTHING, ACCOUNTS, BOTH)}
    rows: list[dict[str, Cell]] = [
        {
            "guards": form,
            "CPU µs/petition": round(one.petition_us),
            "of no guards": round(one.petition_us / mid[NOTHING].petition_us, 3),
            "petitions/s": round(one.rate),
            "job: CPU ms/event": _rounded(one.event_ms),
            "job: p50 ms": _rounded(one.p50),
            "job: p99 ms": _rounded(one.p99),
        }
        for form, one in mid.items()
    ]
    sealing = mid[BOTH].petition_us / mid[ACCOUNTS].petition_us - 1
    return Section(
        "trust",
        f"What the guards cost: {count:,} petitions through the pipeline, and the engine's job at {RATE}/s",
        tuple(rows),
        (Goal("sealing, share of the pipeline's CPU", BUDGET, round(sealing, 3), at_least=False),),
        (f"medians of {ROUNDS} rounds in turn; accounts: SCRAM-SHA-512 and ACLs, without TLS",),
        {"runs": [{name: getattr(one, name) for name in Cost.__slots__} for one in found]},
    )


def _middle(found: Sequence[Cost]) -> Cost:
    values = {name: [value for one in found if (value := getattr(one, name)) is not None] for name in Cost.__slots__[1:]}
    return Cost(found[0].form, **{name: median(each) if each else None for name, each in values.items()})  # type: ignore[arg-type]


def _rounded(value: float | None) -> Cell:
    return None if value is None else round(value, 2)
