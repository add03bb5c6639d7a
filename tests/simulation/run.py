"""Runs a history, and finds the smallest part of it that still fails."""

from __future__ import annotations

import gc

from schemas.platform import logs
from tests.simulation.cases import Cases
from tests.simulation.listing import Listing
from tests.simulation.loop import run_virtual
from tests.simulation.plan import Plan
from tests.simulation.scenario import Scenario
from tests.simulation.worker import Parts
from tests.simulation.world import World

GARBAGE = (50_000, 3, 3)
"""A history makes so many objects that Python's own thresholds spend as long on them as the history itself."""


def scenario_of(plan: Plan) -> Scenario:
    return Cases() if plan.kind == "case" else Listing(plan.kind)


def fault_of(plan: Plan, parts: type[Parts] = Parts) -> str:
    """What is wrong with the history, empty when nothing is."""

    async def whole() -> None:
        world = World(plan, scenario_of(plan), parts)
        try:
            await world.run()
            world.scenario.check(world)
        finally:
            for group in world.groups:
                group.stop()

    try:
        run_virtual(whole())
    except Exception as error:  # noqa: BLE001 -- an error of any kind is what is looked for
        return f"{type(error).__name__}: {error}"
    return ""


def shrunk(plan: Plan, parts: type[Parts] = Parts) -> Plan:
    """Without any event that the history fails without as well."""
    for number in reversed(range(len(plan.events))):
        smaller = plan.without(number)
        if fault_of(smaller, parts):
            plan = smaller
    return plan


def quiet() -> None:
    """Thousands of histories say nothing, but for what is wrong with them; and nobody looks for garbage among what is no history's."""
    logs.configure("simulation", "critical")
    gc.freeze()
    gc.set_threshold(*GARBAGE)
