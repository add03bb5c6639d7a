"""Where a consumer goes on, in PostgreSQL: moved in the transaction that writes the effect, so that each effect happens once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg


class NotMine(RuntimeError):
    """The stored offset is not where this process left it: another owner has moved it. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Move:
    """A partition's offset goes from where it was read to where the batch ends."""

    partition: int
    expected: int
    next_offset: int


@dataclass(frozen=True, slots=True)
class Offsets:
    """The offsets of one consumer on one topic, through a connection that others may use too."""

    connection: psycopg.Connection[Any]
    consumer: str
    topic: str

    def position(self, partition: int) -> int:
        """The offset at which a partition goes on; a new partition starts at 0."""
        key = (self.consumer, self.topic, partition)
        self.connection.execute("insert into consumer_offset values (%s, %s, %s, 0) on conflict do nothing", key)
        row = self.connection.execute(
            "select next_offset from consumer_offset where consumer = %s and topic = %s and partition = %s", key
        ).fetchone()
        return int(row[0]) if row else 0

    def committed(self, partitions: Iterable[int]) -> dict[int, int]:
        """The stored offsets of these partitions, whoever moved them; partitions without one are left out."""
        return dict(
            self.connection.execute(
                "select partition, next_offset from consumer_offset where consumer = %s and topic = %s and partition = any(%s)",
                (self.consumer, self.topic, list(partitions)),
            ).fetchall()
        )

    def move(self, moves: Sequence[Move]) -> None:
        """Within the caller's transaction, before its effect: the row locks make a second owner of a partition wait, and then see
        that it is too late. Raise NotMine when another owner moved an offset."""
        moved = self.connection.execute(
            "update consumer_offset set next_offset = moved.next_offset "
            "from unnest(%s::int[], %s::bigint[], %s::bigint[]) as moved (partition, expected, next_offset) "
            "where consumer = %s and topic = %s and consumer_offset.partition = moved.partition "
            "and consumer_offset.next_offset = moved.expected",
            (
                [move.partition for move in moves],
                [move.expected for move in moves],
                [move.next_offset for move in moves],
                self.consumer,
                self.topic,
            ),
        ).rowcount
        if moved != len(moves):
            raise NotMine(f"{len(moves) - moved} of {len(moves)} partitions were moved by another owner")
