"""What a history is about: which stages run, what clients write, and what must be true in the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from schemas.platform.clock import Clock
from streams.engine.types import Headers, Stage


class Made(NamedTuple):
    """A record as a client writes it. `due_ms`: when the timer that it sets is due, if it sets one."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers
    name: bytes
    due_ms: int = 0


class Put(NamedTuple):
    """A record that a client has got acknowledged. `at_ms`: when the broker took it in."""

    topic: str
    number: int
    offset: int
    key: bytes
    name: bytes
    what: str
    due_ms: int
    at_ms: int


class Scenario(Protocol):
    """`takes_strangers`: whether a foreign transaction may commit a record in an input."""

    @property
    def stages(self) -> Sequence[Stage]:
        """Of which each has a group of its own; the first one is that whose state is looked at."""
        ...

    @property
    def topics(self) -> Sequence[str]: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def takes_strangers(self) -> bool: ...
    def topic(self, where: str) -> str:
        """`first`: the first stage's input, `acts`: the second's own, `mid`: between both, `log`: the changelog."""
        ...

    def make(self, where: str, key: bytes, number: int, what: str, seconds: float, now_ms: int) -> Made:
        """The record of a `put` of the plan."""
        ...

    def is_idle(self, partition: Any) -> bool:
        """Whether none of its timers has to fire any more."""
        ...

    def check(self, world: Any) -> None:
        """Raise AssertionError, which says what is wrong in the end."""
        ...


def equal(found: object, wanted: object, what: str) -> None:
    """Raise AssertionError unless they are equal."""
    if found != wanted:
        raise AssertionError(f"{what}: {found!r}, not {wanted!r}")


def offsets_moved(world: Any, number: int) -> None:
    """Each group has committed offsets beyond everything in its inputs that a reader gets to see: whoever comes next does nothing again."""
    for stage in world.scenario.stages:
        committed = world.broker.coordinator.group(f"petitions-{stage.name}").offsets
        for topic in stage.inputs:
            offset, _ = committed.get((topic.name, number), (0, ""))
            equal(world.broker.logs[topic.name, number].read(offset, 1)[0], [], f"records behind {stage.name}'s offset {offset}")


def owner(world: Any, number: int) -> Any:
    """The one partition object that has this number."""
    found = [one for worker in world.groups[0].workers.values() for at, one in worker.processor.partitions.items() if at == number]
    equal(len(found), 1, f"owners of partition {number}")
    return found[0]


def folded(world: Any, changelog: str, number: int) -> dict[bytes, bytes]:
    """The fold of the committed changelog, which the owner's store must be."""
    fold = {one.key: one.value for one in world.broker.logs[changelog, number].committed}
    disk = owner(world, number)._store._disk
    equal({key: disk.entries.get(key) for key in fold}, fold, f"the store of partition {number}")
    return fold
