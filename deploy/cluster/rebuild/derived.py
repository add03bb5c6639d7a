"""What can be rebuilt in PostgreSQL: the read model of the projector, the memory of incidents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from consumers.incidents.changes import Changes, changes_of
from consumers.incidents.memory import Memory
from consumers.incidents.role import NAME as INCIDENTS
from consumers.incidents.role import rules
from consumers.kafka.records import Record
from consumers.read_model.projection import Rows, project
from consumers.read_model.role import NAME as PROJECTOR
from consumers.read_model.tables import ReadModel
from consumers.read_model.words import Index
from consumers.settings import IncidentSettings, ProjectorSettings
from deploy.cluster.rebuild.database import Batch, Derived
from deploy.cluster.rebuild.tables import Table
from schemas.events.sealing import sealing
from schemas.events.topics import EVENTS
from schemas.platform.clock import Clock

_AT_ONCE = 4000


def read_model(settings: ProjectorSettings) -> Derived[Rows]:
    """Pages and lists, and what cases are found by."""
    return Derived(
        PROJECTOR,
        (
            Table("petition", ("petition_id",)),
            Table("timeline", ("petition_id", "seq")),
            Table("case_words", ("petition_id",)),
            Table("event_count", ("day", "office", "type")),
        ),
        lambda url: ReadModel(url, PROJECTOR, EVENTS.name),
        partial(project, index=Index.of(settings.tracking_secrets(), sealing(settings))),
        _by_number,
    )


def incidents(settings: IncidentSettings) -> Derived[Changes]:
    """Which petitions are on one matter. What was asked before is not asked again; what should have been and was not, the role asks."""
    clock = _RecordsClock(settings.clock())
    open_value = sealing(settings).open_value

    def make(records: Any) -> Changes:
        changes = changes_of(records, open_value)
        clock.see(changes)
        return changes

    def forget(memory: Any) -> None:
        clock.catch_up()
        memory.forget()

    return Derived(
        INCIDENTS,
        (Table("incident_petition", ("petition_id",)), Table("incident_request", ("event_id",), ("value", "requested_at", "sent_at"))),
        lambda url: Memory(url, (INCIDENTS, EVENTS.name), rules(settings), clock),
        make,
        _by_change,
        forget,
    )


class _RecordsClock:
    """Shows the time of the event that is being read: the memory looks for what was near to it then."""

    def __init__(self, now: Clock) -> None:
        self._now, self._shown = now, 0

    def see(self, changes: Changes) -> None:
        self._shown = max((standing.at for standing in changes.standing.values()), default=self._shown)

    def catch_up(self) -> None:
        self._shown = self._now.now_ms()

    def now_ms(self) -> int:
        return self._shown

    def wall_seconds(self, duration_ms: int) -> float:
        return self._now.wall_seconds(duration_ms)

    def shown_at(self, wall_ms: float) -> int:
        return self._now.shown_at(wall_ms)


def _by_number(records: Iterable[tuple[int, Record]]) -> Iterator[Batch]:
    batch: Batch = []
    for one in records:
        batch.append(one)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _by_change(records: Iterable[tuple[int, Record]]) -> Iterator[Batch]:
    """Each change by itself, with what comes before it and changes nothing: what was asked because of one is seen by the next."""
    batch: Batch = []
    for one in records:
        batch.append(one)
        if changes_of([one[1]]).standing or len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
