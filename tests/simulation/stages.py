"""A stage that makes every fault visible: its state is the list of what it has handled, each record leads to one output."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.events.topics import Topic
from streams.engine.types import Effects, Entries, Entry, Output, Record

FIRST_IN, MID, ACTS, OUT, LOG = (Topic(name, name) for name in ("first-in", "mid", "acts", "out", "log"))


class ListingStage:
    """Values are `id` or `id:due:ms` (set the timer) or `id:stop` (take it back) or `id:bad` (raise).

    Outputs are the ids and `fired:due:now`, in the order of handling; an entry is that list for its key.
    """

    name = "listing"
    inputs: tuple[Topic, ...] = (MID, ACTS)
    outputs: tuple[Topic, ...] = (OUT,)
    changelog: Topic | None = LOG

    def decide(self, records: Sequence[Record], entries: Entries, now_ms: int) -> Effects:
        effects = Effects()
        for record in records:
            name, what, *rest = [*(record.value or b"").split(b":"), b""]
            if what == b"bad":
                raise ValueError(name.decode())
            key = record.key or b""
            _, due = read(_value(effects, entries, key))
            due = int(rest[0]) if what == b"due" else None if what == b"stop" else due
            _put(effects, entries, key, name, due)
        return effects

    def fire(self, due: Sequence[bytes], entries: Entries, now_ms: int) -> Effects:
        effects = Effects()
        for key in due:
            _, at = read(_value(effects, entries, key))
            _put(effects, entries, key, b"fired:%d:%d" % (at or 0, now_ms), None)
        return effects


class PassingStage:
    """Keeps no state, as the classify stage: hands on what it reads."""

    name = "passing"
    inputs: tuple[Topic, ...] = (FIRST_IN,)
    outputs: tuple[Topic, ...] = (MID,)
    changelog: Topic | None = None

    def decide(self, records: Sequence[Record], entries: Entries, now_ms: int) -> Effects:
        return Effects([Output(MID.name, record.key, record.value, ()) for record in records])

    def fire(self, due: Sequence[bytes], entries: Entries, now_ms: int) -> Effects:
        raise NotImplementedError


def read(value: bytes) -> tuple[list[bytes], int | None]:
    """What an entry's value says: what was handled, in order, and when the timer is due."""
    names, _, due = value.partition(b"|")
    return names.split(b",") if names else [], int(due) if due else None


def _value(effects: Effects, entries: Entries, key: bytes) -> bytes:
    put = effects.puts.get(key)
    return put.value if put is not None else entries.get(key) or b""


def _put(effects: Effects, entries: Entries, key: bytes, name: bytes, due: int | None) -> None:
    names, _ = read(_value(effects, entries, key))
    value = b",".join([*names, name]) + b"|" + (b"" if due is None else b"%d" % due)
    effects.puts[key] = Entry(value, due)
    effects.outputs.append(Output(OUT.name, key, name, ()))
