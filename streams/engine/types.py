"""What a stage and the engine say to each other. A stage is pure: no Kafka, no clock, no environment inside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, Protocol

import msgspec

from schemas.events.topics import Topic
from schemas.platform.metrics import CounterSpec

# Structs rather than dataclasses where there is one for each record: they are made four times as fast.
Headers = Sequence[tuple[str, bytes]]


class Record(msgspec.Struct, frozen=True, gc=False):
    """A record of an input topic, as Kafka gave it.

    `timestamp_ms` (since the epoch, UTC) is when the broker took it in, where the topic keeps that time (`LogAppendTime`, as the
    catalogue's inputs do); else it is what the producer said.
    """

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers

    @property
    def timestamp(self) -> int:
        """As aiokafka calls it: its readers in a process of the engine get these records, too (`streams.engine.transport`)."""
        return self.timestamp_ms


class Reach(Enum):
    """Which partitions of its topic an output is written to."""

    HERE = 1
    """The input's number, because it has the input's key."""
    OWN_KEY = 2
    """That of its own key: a message to another petition."""
    ALL = 3
    """Every one: what each partition must know."""


class Output(msgspec.Struct, frozen=True, gc=False):
    """A record to be written in the step's transaction."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    reach: Reach = Reach.HERE


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A stored value and when its timer is due (ms since the epoch, UTC), if it has one."""

    value: bytes
    due_ms: int | None = None


Counted = tuple[CounterSpec, str]
"""A counter of the catalogue with one label, and that label's value."""


@dataclass(slots=True)
class Effects:
    """What a step does. Nothing of it has happened before its transaction has committed; then all of it has.

    `puts`: the new entry by key. `rejected`: input for the dead-letter topic, with the reason. `counted`: what is added to which
    counter once it has happened. `splits`: how often the engine halved the batch around a record that raised.
    """

    outputs: list[Output] = field(default_factory=list)
    puts: dict[bytes, Entry] = field(default_factory=dict)
    rejected: list[tuple[Record, Exception]] = field(default_factory=list)
    counted: Counter[Counted] = field(default_factory=Counter)
    splits: int = 0


class Entries(Protocol):
    """The store as a decision sees it: as of the step before, with what this step has put so far."""

    def get(self, key: bytes) -> bytes | None:
        """The value, None where there is none. Cheap for the keys of the step's records; others may cost a read of the disk."""
        ...


class Chain(NamedTuple):
    """What a chained stage took the place of: the topic `link` between both, and the first stage with its inputs' names."""

    link: Topic
    first: str
    inputs: tuple[str, ...]


class Stage(Protocol):
    """One stage of the pipeline, as its author writes it. Everything else (reading, transactions, state, timers) is the engine's.

    What may block: nothing. `decide` and `fire` run on the worker's event loop, all its partitions wait for them; no files, no
    network, no locks, no sleep. Whatever they take longer than `STALL_SECONDS` ends the process.

    What may raise: both. A raise makes the engine halve the batch until the culprit is alone: its record goes to the dead-letter topic
    with the reason, its timer is tried again in an hour, and all others have their effect. What a stage recognises as bad it puts into
    `rejected` itself, which is cheaper. An output or entry over `step.MAX_OUTPUT_BYTES` counts as a raise.

    What is repeated: any call. After a halving, a crash or a lost answer the same records come again, and what the call before gave is
    as if it had never been. So nothing may be kept from call to call that a decision depends on; caches may.

    What a crash leaves: the effects of whole steps alone, each once, each key's in the order of its records.
    """

    @property
    def name(self) -> str:
        """Names the group, the store and the metrics; changing it begins anew."""
        ...

    @property
    def inputs(self) -> tuple[Topic, ...]:
        """All with the same number of partitions; one partition number of all of them is handled together."""
        ...

    @property
    def outputs(self) -> tuple[Topic, ...]:
        """Where outputs may go, dead letters and changelog aside."""
        ...

    @property
    def changelog(self) -> Topic | None:
        """The compacted topic that `puts` are kept on; None: the stage keeps no state and sets no timers."""
        ...

    def decide(self, records: Sequence[Record], entries: Entries, now_ms: int) -> Effects:
        """Handle records of one partition number, in order; `now_ms` is the deployment's clock (ms since the epoch, UTC).

        What it put for an earlier record it must itself show to a later one: `entries` is as of before the call.
        """
        ...

    def fire(self, due: Sequence[bytes], entries: Entries, now_ms: int) -> Effects:
        """Handle the keys whose timer is due at `now_ms`, oldest first. Each must be put again, later or without timer, or it fires again.

        Never called early, nor before everything has been handled that was acknowledged when the timer came due.
        """
        ...
