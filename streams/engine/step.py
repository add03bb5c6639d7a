"""What one step does, as a pure function of its input: decide, halving the batch around a record that raises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from schemas.events import dead_letters, topics
from streams.engine.types import Effects, Entries, Entry, Output, Record, Stage

Load = Callable[[set[bytes]], dict[bytes, Entry]]
RETRY_TIMER_MS = 3_600_000


class OutputTooLarge(ValueError):
    """A stage made a record, or an entry for the changelog, that the broker would refuse."""


class View:
    """The entries that a step reads: what it has put itself so far, else what was stored.

    `stored` has all entries that exist for the keys in `known`; other keys are fetched with `load` when they are asked for.
    """

    def __init__(self, stored: dict[bytes, Entry], known: set[bytes], puts: Mapping[bytes, Entry], load: Load) -> None:
        self._stored, self._known, self._puts, self._load = stored, known, puts, load

    def get(self, key: bytes) -> bytes | None:
        if key not in self._known:
            self._stored.update(self._load({key}))
            self._known.add(key)
        entry = self._puts.get(key) or self._stored.get(key)
        return None if entry is None else entry.value


class _Overlay:
    def __init__(self, base: Entries, puts: Mapping[bytes, Entry]) -> None:
        self._base, self._puts = base, puts

    def get(self, key: bytes) -> bytes | None:
        entry = self._puts.get(key)
        return entry.value if entry is not None else self._base.get(key)


def decide(stage: Stage, records: Sequence[Record], entries: Entries, now_ms: int) -> Effects:
    """Let the stage decide; where it raises, halve until the culprit is alone, reject that, and go on with the rest."""
    if not records:
        return Effects()
    try:
        effects = stage.decide(records, entries, now_ms)
        _check_sizes(effects)
    except Exception as error:  # noqa: BLE001 -- whatever a stage raises, its record must not stop the others
        if len(records) == 1:
            return Effects(rejected=[(records[0], error)])
        middle = len(records) // 2
        first = decide(stage, records[:middle], entries, now_ms)
        return _split(first, decide(stage, records[middle:], _Overlay(entries, first.puts), now_ms))
    return effects


def fire(stage: Stage, due: Sequence[bytes], entries: Entries, now_ms: int) -> Effects:
    """Fire timers; one that raises is dead-lettered with its state and tried again in an hour, the others fire."""
    if not due:
        return Effects()
    try:
        effects = stage.fire(due, entries, now_ms)
        _check_sizes(effects)
    except Exception as error:  # noqa: BLE001 -- likewise
        if len(due) == 1:
            return _postponed(stage, due[0], entries, now_ms, error)
        middle = len(due) // 2
        first = fire(stage, due[:middle], entries, now_ms)
        return _split(first, fire(stage, due[middle:], _Overlay(entries, first.puts), now_ms))
    return effects


def merge(first: Effects, second: Effects) -> Effects:
    """Both, one after the other."""
    return Effects(
        first.outputs + second.outputs,
        {**first.puts, **second.puts},
        first.rejected + second.rejected,
        first.counted + second.counted,
        first.splits + second.splits,
    )


def _split(first: Effects, second: Effects) -> Effects:
    both = merge(first, second)
    both.splits += 1
    return both


def _postponed(stage: Stage, key: bytes, entries: Entries, now_ms: int, error: Exception) -> Effects:
    value = entries.get(key) or b""
    timer = Record(stage.name + ".timer", -1, -1, now_ms, key, value, ())
    return Effects(puts={key: Entry(value, now_ms + RETRY_TIMER_MS)}, rejected=[(timer, error)])


def _check_sizes(effects: Effects) -> None:
    for output in effects.outputs:
        if output.value is not None and len(output.value) > topics.MAX_VALUE_BYTES:
            raise OutputTooLarge(f"an output for {output.topic} has {len(output.value)} bytes, at most {topics.MAX_VALUE_BYTES}")
    for entry in effects.puts.values():
        if len(entry.value) > topics.MAX_VALUE_BYTES:
            raise OutputTooLarge(f"an entry has {len(entry.value)} bytes, at most {topics.MAX_VALUE_BYTES}")


def dead_letter(stage: str, record: Record, error: Exception) -> Output:
    """The rejected record for petitions.dlq: key, value and headers as they were, and why."""
    letter = dead_letters.dead_letter(record, record.topic, record.partition, stage, error)
    return Output(topics.DEAD_LETTERS.name, letter.key, letter.value, letter.headers)
