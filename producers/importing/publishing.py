"""Rows to Kafka: each checked, published once, and counted when it is acknowledged."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import IO

import orjson
from pydantic import ValidationError

from producers.client import IntakeProducer, Receipt
from producers.importing.columns import Fields, petition_fields
from producers.importing.sources import Row
from producers.intake.requests import PetitionRequest
from producers.intake.vault import NoVault
from producers.kafka.publisher import Limits
from schemas.events.envelope import explain

LIMITS = Limits(linger_ms=100)
"""Of the producer: many rows go into one batch."""
Waiting = deque[tuple[int, Future[Receipt] | None]]
"""Lines in order; None for one that was rejected."""
_WINDOW = 4000
"""Petitions under way, of which a half is waited for at a time."""


@dataclass(slots=True)
class Outcome:
    """`done`: up to which line all rows were published or rejected; `rejects`: takes line, reason and input of each rejected row."""

    counts: Counter[str] = field(default_factory=Counter)
    rejects: IO[bytes] | None = None
    done: int = 0

    def reject(self, row: Row, reason: str) -> None:
        self.counts["rejected"] += 1
        if self.rejects is not None:
            self.rejects.write(orjson.dumps({"line": row.line, "reason": reason, "input": row.raw}) + b"\n")


@dataclass(frozen=True, slots=True)
class Plan:
    """`columns`: field → column, where it is not each format's own; `channel`: of rows that name none; `source`: what the file is called in
    retry keys: its digest, empty for a pipe; `after`: lines up to this one were done before."""

    columns: Mapping[str, str] | None
    channel: str
    source: str = ""
    after: int = 0

    def fields(self, row: Row) -> Fields:
        """Raises ValueError for a row that has none."""
        if row.fields is None:
            raise ValueError(row.wrong)
        return {"channel": self.channel, **petition_fields(row.fields, row.format, self.columns)}

    def key(self, row: Row) -> str | None:
        """With which the same row of the same file is the same petition again, where it has no id of its own."""
        return f"import-{self.source}-{row.line}" if self.source else None


def check_all(rows: Iterable[Row], plan: Plan, outcome: Outcome) -> None:
    """As `publish_all`, and nothing is published."""

    def check(row: Row) -> None:
        PetitionRequest.model_validate(plan.fields(row), extra="forbid")
        outcome.counts["published"] += 1

    for row in rows:
        _tried(row, check, outcome)


def publish_all(producer: IntakeProducer, rows: Iterable[Row], plan: Plan, outcome: Outcome, settled: Callable[[int], None]) -> None:
    """Publish each row, at most `_WINDOW` under way; `settled` hears of each line with which all before it are done. Raises Unavailable
    when Kafka is away: what was counted is in Kafka.
    """
    waiting: Waiting = deque()

    def send(row: Row) -> None:
        waiting.append((row.line, producer.submit_soon(idempotency_key=plan.key(row), **plan.fields(row))))

    for row in rows:
        if row.line <= plan.after:
            continue
        if not _tried(row, send, outcome):
            waiting.append((row.line, None))
        if len(waiting) >= _WINDOW:
            _settle(waiting, len(waiting) // 2, outcome, settled)
    _settle(waiting, len(waiting), outcome, settled)


def _tried(row: Row, do: Callable[[Row], None], outcome: Outcome) -> bool:
    try:
        do(row)
    except ValidationError as error:
        outcome.reject(row, explain(error))
    except (ValueError, TypeError, NoVault) as error:
        outcome.reject(row, str(error))
    else:
        return True
    return False


def _settle(waiting: Waiting, number: int, outcome: Outcome, settled: Callable[[int], None]) -> None:
    """The oldest ones. Waited is for the newest of them: one wakes once, and not once a row, and what is sent next fills whole batches."""
    newest = waiting[number - 1][1] if number else None
    if newest is not None:
        newest.exception()
    for _ in range(number):
        line, future = waiting.popleft()
        if future is not None:
            future.result()
            outcome.counts["published"] += 1
        outcome.done = line
        settled(line)
