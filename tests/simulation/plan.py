"""What happens in one history, as data: made from a seed, and made smaller one event at a time."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, get_args

from streams.engine.faults import CRASH_POINTS
from tests.simulation.network import Chances

Kind = Literal["alone", "apart", "chained", "case"]
What = Literal["put", "kill", "crash", "stall", "freeze", "foreign", "rebalance", "wipe", "keep-disk", "old-disk", "clock"]

KEYS = (b"k2", b"k3", b"k4")
SPAN_SECONDS = 8.0
_MANY = (1, 2, 2, 3)
_OFTEN: tuple[Sequence[What], Sequence[int]] = (get_args(What)[1:], (4, 6, 6, 3, 4, 5, 3, 1, 1, 2))
"""How often each kind of fault is drawn."""


class Event(NamedTuple):
    """`at`: seconds after the beginning. `args`: what this kind of event needs, see world.py."""

    at: float
    what: What
    args: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`kind`: one stage, two one after the other, or both chained; or the case stage. `seed`: of all else that is left to chance."""

    seed: int
    kind: Kind
    partitions: int
    machines: int
    chances: Chances
    lost: float
    events: tuple[Event, ...]

    def without(self, number: int) -> Plan:
        return replace(self, events=(*self.events[:number], *self.events[number + 1 :]))

    def __str__(self) -> str:
        lines = [f"{self.kind}, {self.partitions} partitions, {self.machines} machines, {self.chances}, fetches lost {self.lost}"]
        return "\n".join([*lines, *(f"  {event.at:6.2f} {event.what} {event.args}" for event in self.events)])


def plan_of(seed: int, faults: Sequence[What] = ()) -> Plan:
    """The history with this number; with `faults`, one with several of these and of no others."""
    rng = random.Random(seed)
    kind: Kind = rng.choices(get_args(Kind), (4, 2, 3, 1))[0]
    machines, partitions = rng.choice((1, 2, 2)), rng.choice((1, 2, 2))
    calm = rng.random() < 0.3
    chances = Chances() if calm else Chances(*(rng.choice((0.0, 0.03, 0.1)) for _ in range(3)))
    events = [_put(rng, number) for number in range(rng.randint(2, 7))]
    whats: Sequence[What] = [rng.choice(faults) for _ in range(4)] if faults else rng.choices(*_OFTEN, k=rng.choice(_MANY))
    events += [_fault(rng, what, machines, partitions, kind) for what in whats]
    return Plan(seed, kind, partitions, machines, chances, rng.choice((0.0, 0.0, 0.2)), tuple(sorted(events)))


def _put(rng: random.Random, number: int) -> Event:
    """(topic: the first or the second, key, id, what, seconds until due)."""
    what = rng.choices(("plain", "due", "stop", "bad"), (5, 5, 2, 1))[0]
    args = (rng.choice(("first", "acts")), rng.choice(KEYS), number, what, round(rng.choice((0.3, 2.0, 8.0)) * rng.random(), 3))
    return Event(_moment(rng), "put", args)


def _moment(rng: random.Random) -> float:
    """Half of what happens happens together with something else."""
    return round(rng.random() * SPAN_SECONDS, rng.choice((0, 3)))


def _fault(rng: random.Random, what: What, machines: int, partitions: int, kind: Kind) -> Event:
    """Machine by number; of two groups, which; then what the fault needs."""
    machine, second = rng.randrange(machines), kind == "apart" and rng.random() < 0.5
    seconds = round(rng.choice((0.3, 3.0, 15.0)) * rng.random(), 3)
    args: dict[What, tuple[object, ...]] = {
        "kill": (machine, second, seconds),
        "crash": (machine, second, rng.choice(CRASH_POINTS), rng.randint(1, 3)),
        "stall": (machine, second, rng.choice(CRASH_POINTS), rng.randint(1, 3), seconds),
        "freeze": (machine, second, seconds),
        "foreign": (rng.choice(("first", "acts", "mid", "log", "log")), rng.randrange(partitions), rng.random() < 0.3, seconds),
        "rebalance": (second,),
        "wipe": (machine, second),
        "keep-disk": (machine, second),
        "old-disk": (machine, second),
        "clock": (machine, second, rng.choice((-7200.0, 7200.0, 86400.0)), seconds),
    }
    shortly_after = rng.choice((0.0, 0.1)) * rng.random()  # in the midst of what the moment's records lead to
    return Event(round(_moment(rng) + shortly_after, 3), what, args[what])
