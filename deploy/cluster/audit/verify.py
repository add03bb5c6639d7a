"""One partition of the record checked: its hash chain, each petition's order, and clocks that nothing moved between two events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import orjson

from schemas.events.chain import BEGIN, cut, link

Json = Mapping[str, object]


class Event(Protocol):
    """A record of petitions.events, whoever read it."""

    @property
    def offset(self) -> int: ...
    @property
    def value(self) -> bytes | None: ...
    def header(self, name: str) -> bytes | None: ...


class Fault(NamedTuple):
    """Something that no honest record has. `petition_id` and `seq` as far as the event says them."""

    partition: int
    offset: int
    petition_id: str
    seq: int
    what: str


@dataclass(slots=True)
class Checked:
    """One partition's progress. `whole`: its first event is still there. `chain`: that of the last event; `unchained`: events of releases
    before, at the begin, without one."""

    partition: int
    whole: bool = True
    events: int = 0
    unchained: int = 0
    chain: bytes = BEGIN
    seqs: dict[str, int] = field(default_factory=dict)
    clocks: dict[str, bytes] = field(default_factory=dict)
    began_late: bool = field(init=False)
    wanted: set[str] = field(default_factory=set)
    """Chains (receipts, checkpoints) that were not met yet."""

    def __post_init__(self) -> None:
        self.began_late = not self.whole

    def take(self, events: Iterable[Event]) -> Iterator[Fault]:
        """Check the next events, in the order of their offsets."""
        for event in events:
            self.events += 1
            yield from (Fault(self.partition, event.offset, *about, what) for about, what in self._faults(event))

    def _faults(self, event: Event) -> Iterator[tuple[tuple[str, int], str]]:
        body, claimed = cut(event.value or b"")
        try:
            fields = orjson.loads(body)
            about = (str(fields["petition_id"]), int(fields["seq"]))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            yield ("", 0), "this is no event: it was put here by somebody else"
            return
        yield from ((about, what) for what in self._chained(event, body, claimed))
        yield from ((about, what) for what in self._ordered(fields, *about))

    def _chained(self, event: Event, body: bytes, claimed: bytes | None) -> Iterator[str]:
        if claimed is None:
            if self.chain == BEGIN:
                self.unchained += 1
            else:
                yield "it carries no chain: it was put here by somebody else"
            return
        if not self.whole:
            self.chain, self.whole = claimed, True  # of what retention has deleted before it nothing can be said
            return
        expected = link(self.chain, event.header("ce_type") or b"", event.header("ce_id") or b"", body)
        if claimed != expected:
            yield "the chain is broken: this event was changed, or one before it was removed, changed or moved"
        self.chain = claimed
        self.wanted.discard(claimed.hex())

    def _ordered(self, fields: Json, petition_id: str, seq: int) -> Iterator[str]:
        before = self.seqs.get(petition_id, seq - 1 if self.began_late else 0)
        if seq != before + 1:
            yield f"event {seq} of the petition follows on event {before}"
        self.seqs[petition_id] = seq
        known, begin = self.clocks.get(petition_id), orjson.dumps(fields.get("clocks_before", []))
        if known is not None and seq == before + 1 and begin != known:
            yield "clocks (deadlines) are others than after the event before: they were moved without an event"
        case = fields.get("case")
        self.clocks[petition_id] = orjson.dumps(case.get("clocks", []) if isinstance(case, Mapping) else [])
