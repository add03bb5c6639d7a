"""Two stages whose stores are measured: the comparison job, and the real case stage."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import orjson
from msgspec.structs import replace

from deploy.one_machine.embedded.child import Command
from schemas.events import topics
from streams.case.decide.presence import PRESENCE_KEY
from streams.case.decide.state import Case, decode, encode, next_due
from streams.engine.types import Entry, Output, Record
from streams.settings import StreamSettings
from streams.topology import TOPOLOGY
from tests.bench import petitions
from tests.bench.broker import APPEND_TIME, COMPACTED, Row
from tests.bench.quix_environment import ROOT

DAY_MS = 24 * 3600 * 1000
_NEW = 10_000_000  # numbers from here on are petitions that no store has


class Subject(Protocol):
    """What the store benchmark needs to know of a stage."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def input(self) -> str: ...
    @property
    def output(self) -> str: ...
    @property
    def changelog(self) -> str: ...
    @property
    def group(self) -> str: ...
    def topics(self) -> Mapping[str, Mapping[str, str]]: ...
    def command(self, environment: Mapping[str, str], log: Path) -> Command: ...
    def entry(self, number: int, now_ms: int, due_ms: int | None = None) -> Entry:
        """Open case `number` as the stage keeps it, with its own next instant or with `due_ms`."""
        ...

    def rows(self, count: int, stored: int, phase: int) -> Iterator[Row]:
        """Input, with `stored` cases in the store; another phase, other petitions."""
        ...

    def is_fired(self, event: Mapping[str, object]) -> bool: ...


@dataclass(frozen=True, slots=True)
class JobSubject:
    """Events of open cases: each looks up a case that is there, and writes it."""

    name: str = "job"
    label: str = "comparison job"
    input: str = "store.in"
    output: str = "store.out"
    changelog: str = "store.changelog"
    group: str = "petitions-store"

    def topics(self) -> Mapping[str, Mapping[str, str]]:
        return {self.input: {}, self.output: APPEND_TIME, self.changelog: COMPACTED, topics.DEAD_LETTERS.name: {}}

    def command(self, environment: Mapping[str, str], log: Path) -> Command:
        own = {**os.environ, **environment, "JOB_PREFIX": "store"}
        return Command((sys.executable, "-m", "tests.engine.job"), log, own, ROOT)

    def entry(self, number: int, now_ms: int, due_ms: int | None = None) -> Entry:  # noqa: ARG002 -- see CaseSubject
        known = petitions.texts()
        # Without a timer of its own, as the events that follow set none: what is compared is the same work on more cases.
        return Entry(orjson.dumps({"count": 1, "text": known[number % len(known)][:200]}), due_ms)

    def rows(self, count: int, stored: int, phase: int) -> Iterator[Row]:
        if stored:
            return petitions.job_rows(count, stored)
        # Two events a key, as in the comparison of engines: half of them find a state.
        return petitions.job_rows(count, max(1, count // 2), first=_NEW * (phase + 1))

    def is_fired(self, event: Mapping[str, object]) -> bool:
        return "fired" in event


class CaseSubject:
    """New petitions beside the open cases."""

    name = "case"
    label = "case stage"
    input = topics.CLASSIFIED.name
    output = topics.EVENTS.name
    changelog = topics.CASE_CHANGELOG.name
    group = "petitions-case"

    def __init__(self) -> None:
        settings = StreamSettings()
        stages = {row.stage: row.build(settings) for row in TOPOLOGY}
        self._classify, self.stage = stages["classify"], stages["case"]
        self._templates: list[Case] = []

    def topics(self) -> Mapping[str, Mapping[str, str]]:
        plain: dict[str, Mapping[str, str]] = {name: {} for name in (self.input, topics.ACTIONS.name, topics.DEAD_LETTERS.name)}
        return {**plain, self.output: APPEND_TIME, self.changelog: COMPACTED}

    def command(self, environment: Mapping[str, str], log: Path) -> Command:
        return Command((sys.executable, "-m", "deploy.cli", "run", "case"), log, {**os.environ, **environment}, ROOT)

    def entry(self, number: int, now_ms: int, due_ms: int | None = None) -> Entry:
        if not self._templates:
            self._templates = self._opened(now_ms)
        case = replace(self._templates[number % len(self._templates)], id=petitions.key_of(number))
        if due_ms is not None:
            first = min(case.clocks, key=lambda clock: clock.next_at or sys.maxsize)
            rest = (clock for clock in case.clocks if clock.name != first.name)
            case = replace(case, clocks=(replace(first, next_at=due_ms), *rest))
        return Entry(encode(case), next_due(case))

    def rows(self, count: int, stored: int, phase: int) -> Iterator[Row]:  # noqa: ARG002 -- a new petition needs no stored one
        first = _NEW * (phase + 1)
        for output in self._classified(first, count):
            yield Row(output.key or b"", output.value or b"", output.headers)

    def is_fired(self, event: Mapping[str, object]) -> bool:
        return str(event.get("cause", "")).startswith("timer:")

    def records(self, rows: Iterable[Row]) -> list[Record]:
        """Rows of the input as the stage gets them."""
        return [_record(self.input, row) for row in rows]

    def _classified(self, first: int, count: int) -> Iterator[Output]:
        numbered = iter(petitions.intake_rows(count, first))
        while rows := list(itertools.islice(numbered, 500)):
            yield from self._classify.decide([_record(topics.INTAKE.name, row) for row in rows], {}, 0).outputs

    def _opened(self, now_ms: int) -> list[Case]:
        """Cases as the stage itself opens them, for a mix of petitions."""
        rows = (Row(output.key or b"", output.value or b"", output.headers) for output in self._classified(0, 1000))
        entries = self.stage.decide(self.records(rows), {}, now_ms).puts.items()
        return [decode(entry.value) for key, entry in entries if entry.due_ms is not None and key != PRESENCE_KEY]


def _record(topic: str, row: Row) -> Record:
    return Record(topic, 0, 0, 0, row.key, row.value, list(row.headers))
