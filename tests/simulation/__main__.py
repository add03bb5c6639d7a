"""`python -m tests.simulation --seed N` shows a history; `--count M` runs so many from there on, and shows the first that fails."""

from __future__ import annotations

import argparse

from tests.simulation.plan import plan_of
from tests.simulation.run import fault_of, quiet, shrunk


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, default=1)
    asked = parser.parse_args()
    quiet()
    for seed in range(asked.seed, asked.seed + asked.count):
        if fault_of(plan_of(seed)):
            small = shrunk(plan_of(seed))
            print(f"seed {seed}: {fault_of(small)}\n{small}")
            return
    print(plan_of(asked.seed) if asked.count == 1 else f"{asked.count} histories", "\nnothing wrong")


main()
