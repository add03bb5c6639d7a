"""One simulation from its start to the measures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from consumers.kafka.records import Record
from deploy.simulate import record, worktime
from deploy.simulate.feed import Feed
from deploy.simulate.instance import Running, running
from deploy.simulate.load import arrivals
from deploy.simulate.measures.facts import Days, Fact
from deploy.simulate.measures.fold import read as fold
from deploy.simulate.tempers import Crowd
from deploy.simulate.texts import samples
from deploy.simulate.town import Channels, Town
from producers.client import ActionProducer, IntakeProducer
from schemas.events import wire
from schemas.events.wire import WholeEvent
from schemas.platform.instants import to_datetime
from schemas.platform.kafka import KafkaSettings

DAY_MS = 24 * 3_600_000
START_SECONDS = 30.0
"""So long the instance may take to start before the first simulated day has to begin later."""
_SETTLE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """`not_before`: the first simulated day begins at the next midnight in Hanoi (ms UTC). `seconds`: real time for all days."""

    days: int
    per_day: float
    crowd: Crowd
    seed: int
    not_before: int
    seconds: float

    @property
    def scale(self) -> float:
        return self.days * 86_400 / self.seconds


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the record says of the days from `start` to `until` (ms UTC).

    `sent`: petitions, events, actions of the town, and how many petitions were registered. `lag`: simulated hours from a
    petition's submission to its first event, median and 95 % quantile: what the pipeline takes of the time that people had.
    """

    start: int
    until: int
    facts: list[Fact]
    days: Days
    sent: Counter[str]
    lag: tuple[float, float]


class Progress(Protocol):
    """Is told how the simulation goes."""

    def phase(self, name: str) -> None: ...

    def at(self, now: int, start: int, until: int, counts: Counter[str]) -> None: ...


def simulate(scenario: Scenario, data: Path, progress: Progress, keep: Callable[[Record], None] | None = None) -> Outcome:
    """Run it on an instance in `data`; `keep` gets each event of the record. Raises Failed."""
    samples()  # before anything is started
    progress.phase("starting")
    lead_ms = int(START_SECONDS * 1000 * scenario.scale)
    with running(data, scenario.scale, worktime.midnight_after(scenario.not_before) - lead_ms) as instance:
        return _live(scenario, instance, progress, keep)


def _live(scenario: Scenario, instance: Running, progress: Progress, keep: Callable[[Record], None] | None) -> Outcome:
    clock, feed = instance.clock, Feed(instance.kafka)
    with (
        IntakeProducer(instance.kafka, tracking_secret=instance.tracking_secret, clock=clock) as intake,
        ActionProducer(instance.kafka, clock=clock) as actions,
    ):
        town = Town(scenario.crowd, scenario.seed, clock, Channels(intake, actions, feed, instance.tracking_secret))
        start = worktime.midnight_after(max(scenario.not_before, clock.now_ms()))
        until = start + scenario.days * DAY_MS
        coming = arrivals(start, scenario.days, scenario.per_day, worktime.is_worked, scenario.seed)
        progress.phase("living")
        town.live(coming, until, lambda now, counts: progress.at(now, start, until, counts))
        progress.phase("reading")
        town.settle(_SETTLE_SECONDS)
    feed.close()
    lags: list[float] = []
    events = _events(instance.kafka, until, keep, lags)
    facts, days = fold(events, to_datetime(until), worktime.hours_between)
    town.counts["registered"] = len(lags)
    return Outcome(start, until, facts, days, town.counts, (quantile(lags, 0.5), quantile(lags, 0.95)))


def quantile(values: list[float], part: float) -> float:
    """The value below which `part` of the values lie; 0 of none."""
    return sorted(values)[min(int(part * len(values)), len(values) - 1)] if values else 0.0


def _events(kafka: KafkaSettings, until: int, keep: Callable[[Record], None] | None, lags: list[float]) -> Iterator[WholeEvent]:
    """The record until `until` (ms UTC): the clock runs on while it is read, so what came after the last midnight is left out."""
    for one in record.read(kafka):
        event = wire.whole(one)
        if event.seq == 1:
            lags.append((event.at_ms - wire.ms(event.case.received_at)) / 3_600_000)
        if event.at_ms > until:
            continue
        if keep is not None:
            keep(one)
        yield event
