"""Chained stages: what the first writes, the second handles within the same step and transaction, without a journey through the broker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from schemas.events.topics import Topic
from streams.engine.step import merge
from streams.engine.types import Chain, Effects, Entries, Reach, Record, Stage


class Chained:
    """Implements `streams.engine.types.Stage` with two stages that share their keys and partitions.

    The link is the one topic that the first writes and the second reads. It is still written, for whoever else reads it, but not read
    here: nobody else may write to it meanwhile. The whole is the second stage with the first one's input: its name, group, state, timers.
    The first must write one link record, under the same key and in order, for each record that it does not reject.
    """

    def __init__(self, first: Stage, second: Stage) -> None:
        """ValueError when they cannot be chained: the first keeps state, or there is not exactly one link."""
        links = [topic for topic in first.outputs if topic in second.inputs]
        if first.changelog is not None or len(links) != 1:
            raise ValueError(f"{first.name} and {second.name} cannot be chained")
        self._first, self._second, (self._link,) = first, second, links
        self.name, self.changelog = second.name, second.changelog
        self.inputs: tuple[Topic, ...] = (*first.inputs, *(topic for topic in second.inputs if topic != self._link))
        self.outputs: tuple[Topic, ...] = (*first.outputs, *second.outputs)
        self.chain = Chain(self._link, first.name, tuple(topic.name for topic in first.inputs))

    def decide(self, records: Sequence[Record], entries: Entries, now_ms: int) -> Effects:
        """The first stage's records through both stages, then the others through the second; link records left over come first."""
        mine = [record for record in records if record.topic in self.chain.inputs]
        if not mine:
            return self._second.decide(records, entries, now_ms)
        effects = self._first.decide(mine, entries, now_ms)
        sources = self._sources(mine, effects)
        left = [record for record in records if record.topic == self._link.name]
        others = [record for record in records if record.topic not in (self._link.name, *self.chain.inputs)]
        found = self._second.decide([*left, *(linked for linked, _ in sources.values()), *others], entries, now_ms)
        # What came over the link stands in no topic: its dead letter is the record that it was made of.
        rejected = [(sources[id(record)][1] if id(record) in sources else record, error) for record, error in found.rejected]
        return merge(effects, replace(found, rejected=rejected))

    def _sources(self, mine: Sequence[Record], effects: Effects) -> dict[int, tuple[Record, Record]]:
        """Each link record, as the second stage would have read it, with the record that it was made of; by the former's identity."""
        refused = {id(record) for record, _ in effects.rejected}
        accepted = (record for record in mine if id(record) not in refused)
        links = (output for output in effects.outputs if output.topic == self._link.name and output.reach is Reach.HERE)
        pairs = [
            (Record(link.topic, source.partition, -1, source.timestamp_ms, link.key, link.value, link.headers), source)
            for source, link in zip(accepted, links, strict=True)
        ]
        return {id(linked): (linked, source) for linked, source in pairs}

    def fire(self, due: Sequence[bytes], entries: Entries, now_ms: int) -> Effects:
        """Timers are the second stage's alone."""
        return self._second.fire(due, entries, now_ms)
