"""Three times as much as the machine can do, for minutes: what is taken, what is refused, and how long the taken wait for their reply."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench.latency import loaded, percentile
from tests.bench.rates import WARM_UP, stack
from tests.bench.results import Cell, Section, WrongResult, say

STEPS = (100, 150, 200, 300, 400, 600, 800)
STEP_SECONDS = 15.0
SUSTAINED_P99_MS = 1000.0
"""A rate is sustained while the slowest hundredth has its reply within so much."""
TIMES = 3


async def measure(directory: Path, seconds: int) -> Section:
    """Look for the highest rate that is sustained, then send three times as much for `seconds`."""
    async with stack(directory, slow=False) as found:
        load = partial(loaded, directory / "samples.json", found.url, found.key)
        await load(float(WARM_UP[0]), round(WARM_UP[0] * WARM_UP[1]))
        sustained, rows = await _sustained(load)
        flood = sustained * TIMES
        say(f"{sustained}/s is sustained; now {flood}/s for {seconds} s")
        samples = await load(float(flood), flood * seconds)
    rows.append(_row(f"{TIMES} x sustained", flood, samples, float(seconds)))
    return Section(
        "overload",
        "Past what the machine can do, HTTP to the citizen's stream",
        tuple(rows),
        (),
        (
            "open loop; what is not taken is refused with 503 and Retry-After, and not sent again",
            "gone after: from the last petition sent to the last reply of those taken",
        ),
        {"sustained": sustained},
        by=("load", "petitions/s"),
        plots=("taken/s", "p99 ms"),
    )


async def _sustained(load: Any) -> tuple[int, list[dict[str, Cell]]]:
    """The highest of the steps that is sustained (the first if none is), with all that were tried."""
    best, rows = STEPS[0], []
    for rate in STEPS:
        samples = await load(float(rate), round(rate * STEP_SECONDS))
        rows.append(_row("", rate, samples, STEP_SECONDS))
        say(f"{rate}/s: {rows[-1]}")
        if rows[-1]["refused"] or float(rows[-1]["p99 ms"] or 0) > SUSTAINED_P99_MS:
            break
        best = rate
    return best, rows


def _row(what: str, rate: int, samples: Sequence[dict[str, Any]], span: float) -> dict[str, Cell]:
    """Raise WrongResult when a petition was taken and got no reply, or was refused in another way than with 503."""
    refused = [sample for sample in samples if (sample["error"] or "").startswith("Refused: 503")]
    if failed := [sample["error"] for sample in samples if sample["error"] and not sample["error"].startswith("Refused: 503")]:
        raise WrongResult(f"{len(failed)} of {len(samples)} petitions failed otherwise, the first: {failed[0]}")
    taken = [sample for sample in samples if not sample["error"]]
    waits = [(sample["replied"] - sample["accepted"]) * 1000 for sample in taken]
    return {
        "load": what,
        "petitions/s": rate,
        "taken/s": round(len(taken) / span),
        "refused": len(refused),
        "p50 ms": round(percentile(waits, 0.5)),
        "p99 ms": round(percentile(waits, 0.99)),
        "longest ms": round(max(waits)),
        "gone after s": round(max(0.0, max(sample["replied"] for sample in taken) - span), 1),
    }
