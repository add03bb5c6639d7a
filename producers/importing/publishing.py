"""Rows to Kafka, a parcel at a time: each row checked, its contact sealed, published once, and counted when it is acknowledged."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, NamedTuple, TypeVar

import orjson
from pydantic import ValidationError

from producers.importing.columns import Fields, petition_fields
from producers.importing.sealing import Sealer
from producers.importing.sources import Row
from producers.intake.making import Made, Maker, checked
from producers.intake.requests import event_of
from producers.intake.vault import NoVault
from producers.kafka.bulk import BulkPublisher, Parcel
from schemas.events.envelope import explain
from schemas.platform.clock import Clock, WallClock

_ROWS = 2000
"""Of a parcel: enough that every partition gets a batch worth sending."""
_UNDER_WAY = 2
"""Parcels: one is acknowledged while the next is made."""
T = TypeVar("T")


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


class Sent(NamedTuple):
    """`line`: with which the parcel's rows end; `petitions`: how many of them were not rejected."""

    line: int
    petitions: int
    parcel: Parcel


@dataclass(frozen=True, slots=True)
class Importer:
    """What makes petitions of rows, and takes them to Kafka."""

    publisher: BulkPublisher
    maker: Maker
    sealer: Sealer
    clock: Clock = field(default_factory=WallClock)

    def made(self, plan: Plan, row: Row) -> Made:
        """Raises pydantic.ValidationError, ValueError or NoVault for a row that is no petition which can be imported."""
        made = self.maker.made(plan.fields(row), plan.key(row))
        self.sealer.check(made)
        return made

    async def send(self, petitions: Sequence[Made]) -> Parcel:
        """Raises VaultUnavailable and Unavailable."""
        sealed, now = self.sealer.sealed(petitions), self.clock.now_ms()
        return await self.publisher.send([event_of(*made, sealed.get(made.who.petition_id), now) for made in petitions])


def check_all(rows: Iterable[Row], plan: Plan, outcome: Outcome) -> None:
    """As `publish_all`, and nothing is published."""
    for row in rows:
        if _tried(row, lambda row: checked(plan.fields(row)), outcome):
            outcome.counts["published"] += 1


async def publish_all(importer: Importer, rows: Iterable[Row], plan: Plan, outcome: Outcome, settled: Callable[[int], None]) -> None:
    """Publish each row; `settled` hears of each line with which all before it are done. Raises Unavailable when Kafka is away,
    VaultUnavailable when the database is: what was counted is in Kafka.
    """
    under_way: deque[Sent] = deque()
    for parcel in _parcels(row for row in rows if row.line > plan.after):
        petitions = [made for row in parcel if (made := _tried(row, lambda row: importer.made(plan, row), outcome))]
        under_way.append(Sent(parcel[-1].line, len(petitions), await importer.send(petitions)))
        if len(under_way) >= _UNDER_WAY:
            await _settle(importer, under_way.popleft(), outcome, settled)
    for sent in under_way:
        await _settle(importer, sent, outcome, settled)


def _parcels(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while parcel := list(islice(rows, _ROWS)):
        yield parcel


def _tried(row: Row, do: Callable[[Row], T], outcome: Outcome) -> T | None:
    try:
        return do(row)
    except ValidationError as error:
        outcome.reject(row, explain(error))
    except (ValueError, TypeError, NoVault) as error:
        outcome.reject(row, str(error))
    return None


async def _settle(importer: Importer, sent: Sent, outcome: Outcome, settled: Callable[[int], None]) -> None:
    await importer.publisher.wait(sent.parcel)
    outcome.counts["published"] += sent.petitions
    outcome.done = sent.line
    settled(sent.line)
