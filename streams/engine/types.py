"""What a stage and the engine say to each other. A stage is pure: no Kafka, no clock, no environment inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, Protocol

import msgspec

from schemas.events.topics import Topic

# Structs rather than dataclasses where there is one for each record: they are made four times as fast.
Headers = Sequence[tuple[str, bytes]]


class Record(msgspec.Struct, frozen=True, gc=False):
    """A record of an input topic, as Kafka gave it. `timestamp_ms` is since the epoch, UTC."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers


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


@dataclass(slots=True)
class Effects:
    """What a step does. `puts`: the new entry by key. `rejected`: input for the dead-letter topic, with the reason."""

    outputs: list[Output] = field(default_factory=list)
    puts: dict[bytes, Entry] = field(default_factory=dict)
    rejected: list[tuple[Record, Exception]] = field(default_factory=list)


class Entries(Protocol):
    """The store as a decision sees it."""

    def get(self, key: bytes) -> bytes | None: ...


class Chain(NamedTuple):
    """What a chained stage took the place of: the topic `link` between both, and the first stage with its inputs' names."""

    link: Topic
    first: str
    inputs: tuple[str, ...]


class Stage(Protocol):
    """One stage of the pipeline. A raise from `decide` makes the engine halve the batch until the culprit is alone, which
    then goes to the dead-letter topic; a stage puts what it recognises as bad into `rejected` itself, which is cheaper."""

    @property
    def name(self) -> str: ...
    @property
    def inputs(self) -> tuple[Topic, ...]: ...
    @property
    def outputs(self) -> tuple[Topic, ...]: ...
    @property
    def changelog(self) -> Topic | None:
        """None: the stage keeps no state."""
        ...

    def decide(self, records: Sequence[Record], entries: Entries, now_ms: int) -> Effects:
        """Handle records in order. `entries` has what was stored before this step for the records' keys."""
        ...

    def fire(self, due: Sequence[bytes], entries: Entries, now_ms: int) -> Effects:
        """Handle the keys whose timer is due, oldest first. Each must be put again, later or without timer."""
        ...
