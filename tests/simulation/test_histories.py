"""Thousands of short histories of faults: whatever happened, in the end everything has happened once, in order and in time."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.simulation.mutants import MUTANTS
from tests.simulation.plan import plan_of
from tests.simulation.run import fault_of, quiet, shrunk
from tests.simulation.worker import Parts

HISTORIES, SHARE, PROCESSES = int(os.environ.get("HISTORIES", "10000")), 250, 2
FURTHER = pytest.param(range(HISTORIES, 3 * HISTORIES, SHARE), marks=pytest.mark.long)
ENOUGH = 400
"""Histories of the faults that concern it, in which each mutant must have shown itself."""


def failures(first: int) -> list[str]:
    """Of the histories from this number on, those that went wrong, small enough to be read."""
    quiet()
    found = []
    for seed in range(first, first + SHARE):
        if fault_of(plan_of(seed)):
            small = shrunk(plan_of(seed))
            found.append(f"python -m tests.simulation --seed {seed}\n{fault_of(small)}\n{small}")
    return found


@pytest.mark.parametrize("firsts", [range(0, HISTORIES, SHARE), FURTHER], ids=["the first", "further ones"])
def test_nothing_is_lost_doubled_reordered_early_or_overtaken_in_any_history(firsts: Sequence[int]) -> None:
    """Crashes between any two steps, frozen workers, lost and late answers, strangers' transactions, lost disks, clocks that jump."""
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        found = [failure for part in pool.map(failures, firsts) for failure in part]

    assert not found, "\n\n".join(found[:3])


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_broken_rule_is_noticed_and_its_history_made_small(mutant: type[Parts]) -> None:
    """The same history is in order with the engine as it is, and what is left of it still shows the fault."""
    quiet()
    plans = (plan_of(seed, mutant.faults) for seed in range(ENOUGH))
    found = next((plan for plan in plans if fault_of(plan, mutant)), None)

    assert found is not None
    assert not fault_of(found)

    small = shrunk(found, mutant)

    assert len(small.events) < len(found.events)
    assert fault_of(small, mutant)


def test_a_seed_is_the_same_history_each_time() -> None:
    """Else a failure could not be looked at again: the mutant's fault is told in the same words."""
    quiet()
    for seed in range(20):
        assert fault_of(plan_of(seed), MUTANTS[0]) == fault_of(plan_of(seed), MUTANTS[0])


def test_what_came_due_before_a_clock_was_set_fires_once_it_is_right() -> None:
    """Held behind a backlog when the clock jumped ahead by a day, by which a case's later deadlines are past, too."""
    quiet()

    assert not fault_of(plan_of(669, ("clock",)))
