"""Histories of the listing stage: alone, behind another stage, or chained to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from schemas.events.topics import DEAD_LETTERS
from schemas.platform.clock import Clock, WallClock
from streams.engine.chain import Chained
from streams.engine.clock_guard import TOLERANCE_SECONDS
from streams.engine.store import decode
from streams.engine.types import Record, Stage
from tests.simulation.scenario import Made, Put, equal, folded, offsets_moved
from tests.simulation.stages import ACTS, FIRST_IN, LOG, MID, OUT, ListingStage, PassingStage, read

AHEAD_MS = TOLERANCE_SECONDS * 1000
"""By which a clock that is taken for right may be ahead."""


class Listing:
    """Implements `Scenario`; `kind`: alone, apart or chained."""

    topics = (FIRST_IN.name, MID.name, ACTS.name, OUT.name, LOG.name)
    clock: Clock = WallClock()
    takes_strangers = True

    def __init__(self, kind: str) -> None:
        self._kind = kind
        kinds: dict[str, Sequence[Stage]] = {
            "alone": (ListingStage(),),
            "apart": (ListingStage(), PassingStage()),
            "chained": (Chained(PassingStage(), ListingStage()),),
        }
        self.stages = kinds[kind]

    def topic(self, where: str) -> str:
        first = MID if self._kind == "alone" else FIRST_IN
        return {"first": first, "acts": ACTS, "mid": MID, "log": LOG}[where].name

    def make(self, where: str, key: bytes, number: int, what: str, seconds: float, now_ms: int) -> Made:
        due, name = now_ms + int(seconds * 1000), b"r%d" % number
        value = name + {"plain": b"", "due": b":due:%d" % due, "stop": b":stop", "bad": b":bad"}[what]
        return Made(self.topic(where), key, value, (), name, due)

    def is_idle(self, partition: Any) -> bool:
        return partition.next_due is None

    def check(self, world: Any) -> None:
        for number in range(world.plan.partitions):
            offsets_moved(world, number)
            outputs = world.broker.logs[OUT.name, number].committed
            puts = [put for put in world.puts if put.number == number]
            _once(puts, outputs, world.broker.logs[DEAD_LETTERS.name, number].committed)
            _in_order(puts, outputs)
            _timers(puts, outputs, self._came(world, number))
            _state(folded(world, LOG.name, number), outputs)
        if self._kind != "alone":
            self._handed_on(world)

    def _came(self, world: Any, number: int) -> dict[bytes, int]:
        """When each record stood in the listing stage's own input (ms)."""
        came = {put.name: put.at_ms for put in world.puts}
        if self._kind != "apart":
            return came
        return came | {_name(one): one.timestamp_ms for one in world.broker.logs[MID.name, number].committed}

    def _handed_on(self, world: Any) -> None:
        """What the first stage hands on stands in the topic between once."""
        skipped = "bad" if self._kind == "chained" else ""  # the dead letter of both stages is the record that came in
        for number in range(world.plan.partitions):
            found = Counter(map(_name, world.broker.logs[MID.name, number].committed))
            first = [put for put in world.puts if put.topic == FIRST_IN.name and put.number == number]
            equal(found, Counter(put.name for put in first if put.what != skipped), "handed on")


def _name(record: Record) -> bytes:
    return (record.value or b"").partition(b":")[0]


def _fired(output: Record) -> bool:
    return (output.value or b"").startswith(b"fired:")


def _once(puts: Sequence[Put], outputs: Sequence[Record], letters: Sequence[Record]) -> None:
    """Each acknowledged record had its effect exactly once, or is in the dead letters once."""
    good = Counter(put.name for put in puts if put.what != "bad")
    equal(Counter(one.value for one in outputs if not _fired(one)), good, "effects")
    equal(Counter(map(_name, letters)), Counter(put.name for put in puts if put.what == "bad"), "dead letters")


def _in_order(puts: Sequence[Put], outputs: Sequence[Record]) -> None:
    """Of each topic, each key's records in the order in which they stand there."""
    place = {one.value: one.offset for one in outputs}
    for of in {(put.key, put.topic) for put in puts}:
        names = [put.name for put in sorted(puts, key=lambda put: put.offset) if (put.key, put.topic) == of]
        places = [place[name] for name in names if name in place]
        equal(places, sorted(places), f"order of {of}")


def _timers(puts: Sequence[Put], outputs: Sequence[Record], came: dict[bytes, int]) -> None:
    """Each timer fires once, not early, by a clock that is right, and not before what stood in the inputs when it came due was handled."""
    by_name = {put.name: put for put in puts}
    pending: dict[bytes | None, int | None] = {}
    latest_due = 0
    for output in outputs:
        if _fired(output):
            due, decided = map(int, (output.value or b"").split(b":")[1:])
            equal(pending.get(output.key), due, "the timer that was set")
            assert output.timestamp_ms >= due, f"{output.value!r} fired early, at {output.timestamp_ms}"
            assert decided <= output.timestamp_ms + AHEAD_MS, f"{output.value!r} by a clock ahead of {output.timestamp_ms}"
            pending[output.key], latest_due = None, max(latest_due, due)
            continue
        put = by_name[output.value or b""]
        assert came[put.name] >= latest_due, f"{put.name!r} of {came[put.name]} was overtaken by a timer due at {latest_due}"
        if put.what in ("due", "stop"):
            pending[put.key] = put.due_ms if put.what == "due" else None
    equal([due for due in pending.values() if due is not None], [], "timers that never fired")


def _state(fold: dict[bytes, bytes], outputs: Sequence[Record]) -> None:
    """An entry lists what was handled for its key, in order, and has no timer left."""
    wanted: dict[bytes | None, list[bytes | None]] = {}
    for output in outputs:
        wanted.setdefault(output.key, []).append(output.value)
    entries = {key: decode(raw) for key, raw in fold.items()}
    equal({key: read(entry.value)[0] for key, entry in entries.items()}, wanted, "the state")
    equal([entry.due_ms for entry in entries.values() if entry.due_ms], [], "timers left")
