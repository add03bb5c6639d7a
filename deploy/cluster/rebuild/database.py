"""What consumers keep in PostgreSQL, made anew from petitions.events while the consumer goes on.

The order: 1. read the record up to where the consumer stands, into tables beside those in use; 2. lock the consumer's offsets, so that it
waits with its next write; 3. read what it has done since; 4. compare, and bring the difference over; 5. commit, which lets it go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from consumers.kafka.records import Record
from consumers.loop.offsets import Move
from consumers.loop.postgres_sink import CannotWrite
from deploy.cluster.kafka import administering
from deploy.cluster.migrate import connected
from deploy.cluster.reading import partitions_of, spans
from deploy.cluster.rebuild.difference import Difference
from deploy.cluster.rebuild.merged import merged
from deploy.cluster.rebuild.tables import Table, beside, bring_over, url_beside
from deploy.cluster.site import Site
from schemas.commands.progress import Advance, Progress
from schemas.events.topics import EVENTS

if TYPE_CHECKING:
    import psycopg

R = TypeVar("R")
R_contra = TypeVar("R_contra", contravariant=True)
Batch = list[tuple[int, Record]]
"""Partition and record."""


class Writer(Protocol[R_contra]):
    """As `consumers.loop.postgres_sink.Tables`."""

    def position(self, partition: int) -> int: ...
    def write(self, rows: R_contra, moves: Sequence[Move]) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Derived(Generic[R]):
    """`consumer`: whose it is, by its name among the offsets. `opened` connects to a database's address; `make` as the consumer makes it;
    `batches`: how much of the record is written at once; `at_end`: what else the consumer does now and then."""

    consumer: str
    tables: tuple[Table, ...]
    opened: Callable[[str], Writer[R]]
    make: Callable[[Sequence[Record]], R]
    batches: Callable[[Iterable[tuple[int, Record]]], Iterator[Batch]]
    at_end: Callable[[Writer[R]], object] = lambda _writer: None


def rebuild(derived: Derived[Any], site: Site, progress: Progress) -> list[Difference]:
    """Make the tables anew and bring the difference over. Raises Unreachable."""
    with connected(site.database_url) as connection, beside(connection, derived.tables):
        with closing(derived.opened(url_beside(site.database_url))) as writer:
            replay = _Replay(derived, site, writer)
            target = _target(site, _stored(connection, derived.consumer))
            with progress("events", sum(target.values())) as advance:
                replay.up_to(target, advance)
                now = _stored(connection, derived.consumer, lock=True)
                replay.up_to({number: max(offset, now.get(number, 0)) for number, offset in target.items()}, advance)
            derived.at_end(writer)
        found = [bring_over(connection, table) for table in derived.tables]
        _store(connection, derived.consumer, replay.positions)
        connection.commit()
        return found


class _Replay(Generic[R]):
    def __init__(self, derived: Derived[R], site: Site, writer: Writer[R]) -> None:
        self._derived, self._site, self._writer = derived, site, writer
        self.positions: dict[int, int] = {}

    def up_to(self, target: dict[int, int], advance: Advance) -> None:
        """Write what the record has between the positions and `target`, and stand there."""
        for number in target:
            self.positions.setdefault(number, self._writer.position(number))
        starts = {number: (self.positions[number], end) for number, end in target.items()}
        for batch in self._derived.batches(merged(self._site.settings, EVENTS.name, starts)):
            self._write(batch)
            advance(len(batch))
        self.positions = dict(target)

    def _write(self, batch: Batch) -> None:
        """All of it, but for what the consumer could not write either."""
        ends = {number: record.offset + 1 for number, record in batch}
        moves = [Move(number, self.positions[number], end) for number, end in ends.items()]
        try:
            self._writer.write(self._derived.make([record for _, record in batch]), moves)
        except CannotWrite:
            self._halve(batch, moves)
        else:
            self.positions |= ends

    def _halve(self, batch: Batch, moves: list[Move]) -> None:
        middle = len(batch) // 2
        if middle:
            self._write(batch[:middle])
            self._write(batch[middle:])
        else:  # it is among the dead letters already
            self._writer.write(self._derived.make([]), moves)
            self.positions |= {move.partition: move.next_offset for move in moves}


def _target(site: Site, stored: dict[int, int]) -> dict[int, int]:
    """As far as the consumer has come; where it has not begun, all that there is."""
    with administering(site.settings) as admin:
        ends = {tp.partition: end for tp, (_, end) in spans(admin, partitions_of(admin, [EVENTS.name])).items()}
    return {number: stored.get(number, end) for number, end in ends.items()}


def _stored(connection: psycopg.Connection[Any], consumer: str, *, lock: bool = False) -> dict[int, int]:
    query = "select partition, next_offset from public.consumer_offset where consumer = %s and topic = %s"
    rows = connection.execute(query + (" for update" if lock else ""), (consumer, EVENTS.name)).fetchall()
    if not lock:
        connection.rollback()  # a snapshot of now would hide what is written until the lock
    return dict(rows)


def _store(connection: psycopg.Connection[Any], consumer: str, positions: dict[int, int]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into public.consumer_offset values (%s, %s, %s, %s) "
            "on conflict (consumer, topic, partition) do update set next_offset = excluded.next_offset",
            [(consumer, EVENTS.name, number, offset) for number, offset in positions.items()],
        )
