"""The kinds of faults, in one table: what is done and undone, to whom, for how long."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass

from schemas.events.topics import ACTIONS, CASE_CHANGELOG, EVENTS, INTAKE
from tests.chaos.city import DATABASE, ROLES, WORKER, City
from tests.chaos.faults.clock import jumped
from tests.chaos.faults.disk_full import full
from tests.chaos.faults.foreign import open_transaction
from tests.chaos.faults.freeze import frozen
from tests.chaos.faults.kill import killed, rolled
from tests.chaos.faults.network import under
from tests.chaos.faults.scale import scaled
from tests.chaos.proxy import Rule
from tests.chaos.schedule import Possible

Fault = Callable[[City, str], AbstractContextManager[None]]
"""Entered, it strikes; left, it is undone, and what it ended is started again."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`victims`: by the number of brokers; none, if it makes no sense there. `disk`: it needs disks of its own."""

    strike: Fault
    victims: Callable[[int], tuple[str, ...]]
    seconds: tuple[float, float]
    disk: bool = False


def _brokers(count: int) -> tuple[str, ...]:
    return tuple(f"broker-{number + 1}" for number in range(count))


def _everybody(brokers: int) -> tuple[str, ...]:
    return (*ROLES, *_brokers(brokers), DATABASE)


def _links(brokers: int) -> tuple[str, ...]:
    """A server for all of its clients, or all brokers for one role, or the database for one that needs it."""
    pairs = (*(f"{role}>kafka" for role in ROLES), *(f"{role}>{DATABASE}" for role in ("projector", "incidents", "web")))
    return (*_brokers(brokers), DATABASE, *pairs)


def _of(*names: str) -> Callable[[int], tuple[str, ...]]:
    return lambda _brokers: names


KINDS: dict[str, Kind] = {
    "kill": Kind(killed, _everybody, (0.5, 4)),
    "freeze": Kind(frozen, _everybody, (1, 12)),
    "cut": Kind(under(Rule(cut=True)), _links, (0.5, 8)),
    "silence": Kind(under(Rule(silent=True)), _links, (1, 12)),
    "delay": Kind(under(Rule(delay=0.15)), _links, (3, 10)),
    "disk-full": Kind(full, lambda brokers: ("store", *_brokers(brokers), DATABASE), (2, 8), disk=True),
    "clock-ahead": Kind(jumped(+3600), _of(*ROLES), (3, 8)),
    "clock-behind": Kind(jumped(-3600), _of(*ROLES), (3, 8)),
    "open-transaction": Kind(open_transaction, _of(INTAKE.name, ACTIONS.name, CASE_CHANGELOG.name, EVENTS.name), (3, 12)),
    "rolling-restart": Kind(rolled, lambda brokers: ("brokers",) if brokers > 1 else (), (0.5, 1)),
    "scale": Kind(scaled, _of(WORKER), (3, 8)),
    "quiet": Kind(frozen, _of("intake"), (62, 70)),
}
"""`quiet`: nothing comes in for longer than the brokers keep idle connections, unused writers and positions (city.IDLE)."""


def possible(brokers: int, *, disks: bool, names: Collection[str] = ()) -> list[Possible]:
    """What the schedule may choose from; `names`: of these kinds alone."""
    return [
        Possible(name, victims, kind.seconds)
        for name, kind in KINDS.items()
        if (victims := kind.victims(brokers)) and (disks or not kind.disk) and (not names or name in names)
    ]
