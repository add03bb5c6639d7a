"""What a consumer's effect goes to, as the loop sees it: the contract of the three sinks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from kafka import TopicPartition

POLL_MS = 500


class Unfinished(RuntimeError):
    """A step did not come to its end: something outside is away, or its answer was lost. Whether its effect happened is not known
    here, and need not be: opened anew, the sink goes on from the offsets that stand beside the effect."""


class Sink(Protocol):
    """Takes events from the consumer and brings about their effect, each once. Used by one thread.

    *May block:* `step` for as long as it polls (`timeout_ms`) and its outside takes for one batch; a minute without its return, and
    the process is ended from outside. `finish` and `close` wait for what is under way, and for no more than a few seconds.

    *May raise:* `Unfinished` or `psycopg.OperationalError` when an outside is away or an answer was lost: the loop closes the sink,
    pauses, and opens another one. Anything else ends the process at once: a `KafkaError` of the consumer, another owner that has
    shut this one out, a mistake in the code. No sink catches what it cannot name.

    *Is retried:* whatever has not been committed. A sink keeps no memory of a batch that failed; it reads it again.
    A record that can never be used does not come back: it goes to the dead letters, and everything around it goes on.

    *A crash leaves,* between any two steps of a sink: effect and offsets together, or neither. Beside them at most a dead letter or a
    request that is written or sent once more, under the same place or id, by which a reader knows the repeat.
    """

    @property
    def newest(self) -> Mapping[int, int]:
        """By partition, the timestamp of the newest event whose effect is committed, ms since the epoch; none where there is none yet."""
        ...

    def step(self, max_records: int, timeout_ms: int = POLL_MS) -> int:
        """Poll once, at most so many records, and bring about (or begin) their effect; the number of events whose effect was
        committed since the last step. Takes up partitions that are new, and lets go of those that are gone."""
        ...

    def committed(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Where each partition goes on, as it stands beside the effect, whoever wrote it; 0 where nothing stands."""
        ...

    def finish(self) -> int:
        """Wait for the effect that is under way; the number of its events."""
        ...

    def close(self) -> None:
        """Let go of all connections; nothing that is under way is begun anew. Does not raise for an outside that is away."""
        ...
