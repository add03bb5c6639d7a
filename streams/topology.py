"""The whole topology in one table: stage, what it reads, what it writes, where its state and its rejects go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from schemas.events import topics
from schemas.events.topics import Topic
from streams.engine.chain import Chained
from streams.engine.types import Stage
from streams.settings import StreamSettings


@dataclass(frozen=True, slots=True)
class Row:
    """`chained_to`: the stage whose worker may do this one's work, too (setting CHAINED), in one step and transaction."""

    stage: str
    inputs: tuple[Topic, ...]
    outputs: tuple[Topic, ...]
    changelog: Topic | None
    dead_letters: Topic
    build: Callable[[StreamSettings], Stage]
    chained_to: str = ""


def _classify(_settings: StreamSettings) -> Stage:
    from streams.classify.build import stage

    return stage()


def _case(settings: StreamSettings) -> Stage:
    from schemas.events.sealing import sealing
    from streams.case.build import case_stage

    return case_stage(settings.policy_dir, settings.clock(), sealing=sealing(settings))


TOPOLOGY: tuple[Row, ...] = (
    Row("classify", (topics.INTAKE,), (topics.CLASSIFIED,), None, topics.DEAD_LETTERS, _classify, chained_to="case"),
    Row(
        "case",
        (topics.CLASSIFIED, topics.ACTIONS),
        (topics.EVENTS, topics.ACTIONS),
        topics.CASE_CHANGELOG,
        topics.DEAD_LETTERS,
        _case,
    ),
)
"""`petitions.actions` is also an output of the case stage: that is how a merged petition and its leader tell each other."""


def build(name: str, settings: StreamSettings) -> Stage:
    """The stage called `name`; with `settings.chained` and a stage that may be chained to it, both."""
    stage = next(row for row in TOPOLOGY if row.stage == name).build(settings)
    before = [row for row in TOPOLOGY if row.chained_to == name and settings.chained]
    return Chained(before[0].build(settings), stage) if before else stage
