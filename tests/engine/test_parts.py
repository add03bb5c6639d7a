"""The engine's parts without Kafka: inbox, decision with halving, store, topology."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events.topics import MAX_VALUE_BYTES, Topic
from streams.engine.batches import partition_of
from streams.engine.inbox import Fetched, Inbox
from streams.engine.step import View, dead_letter, decide, fire
from streams.engine.store import Store, StoreLocked, decode, encode, open_store
from streams.engine.types import Effects, Entries, Entry, Output, Record
from streams.settings import StreamSettings
from streams.topology import TOPOLOGY

MANY_BYTES = 1_000_000


def record(offset: int, value: bytes = b"x", key: bytes = b"k", topic: str = "t") -> Record:
    return Record(topic, 0, offset, 0, key, value, ())


class Appending:
    """A stage that appends values to its key's entry; `bad` raises; timers are put again without."""

    name = "appending"
    inputs: tuple[Topic, ...] = ()
    outputs: tuple[Topic, ...] = ()
    changelog: Topic | None = None

    def decide(self, records: Sequence[Record], entries: Entries, now_ms: int) -> Effects:  # noqa: ARG002
        effects = Effects()
        for one in records:
            if one.value == b"bad":
                raise ValueError("bad")
            key = one.key or b""
            put = effects.puts.get(key)
            before = put.value if put else entries.get(key) or b""
            effects.puts[key] = Entry(before + (one.value or b""))
            effects.outputs.append(Output("out", key, one.value, ()))
        return effects

    def fire(self, due: Sequence[bytes], entries: Entries, now_ms: int) -> Effects:  # noqa: ARG002
        if b"bad" in due:
            raise ValueError("bad timer")
        return Effects(puts={key: Entry(entries.get(key) or b"") for key in due})


def view(stored: dict[bytes, Entry] | None = None) -> View:
    return View(stored or {}, set(), {}, lambda keys: {key: (stored or {})[key] for key in keys if key in (stored or {})})


@given(st.lists(st.tuples(st.sampled_from([b"a", b"b", b"c"]), st.sampled_from([b"1", b"2", b"bad"])), max_size=30))
def test_halving_gives_the_good_records_the_effects_that_they_would_have_alone(rows: list[tuple[bytes, bytes]]) -> None:
    """Wherever the culprits stand: they are rejected in order, the others have their effect in order, later ones see earlier ones."""
    records = [record(offset, value, key) for offset, (key, value) in enumerate(rows)]
    good = [one for one in records if one.value != b"bad"]

    effects = decide(Appending(), records, view(), 0)

    assert [one.offset for one, _ in effects.rejected] == [one.offset for one in records if one.value == b"bad"]
    assert [(out.key, out.value) for out in effects.outputs] == [(one.key, one.value) for one in good]
    wanted: dict[bytes, bytes] = {}
    for one in good:
        wanted[one.key or b""] = wanted.get(one.key or b"", b"") + (one.value or b"")
    assert {key: entry.value for key, entry in effects.puts.items()} == wanted


def test_a_timer_that_raises_is_put_off_and_reported_and_the_others_fire() -> None:
    """Nothing is lost: it is tried again in an hour and is in the dead letters."""
    stored = {key: Entry(b"state", 5) for key in (b"a", b"bad", b"z")}

    effects = fire(Appending(), [b"a", b"bad", b"z"], view(stored), 1000)

    assert {key: entry.due_ms for key, entry in effects.puts.items()} == {b"a": None, b"bad": 3_601_000, b"z": None}
    assert [(one.key, str(error)) for one, error in effects.rejected] == [(b"bad", "bad timer")]


def test_an_output_that_the_broker_would_refuse_makes_its_record_a_dead_letter() -> None:
    """A record that leads to an oversized output does not stop the stage."""
    effects = decide(Appending(), [record(1, b"x" * 2_000_000), record(2)], view(), 0)

    assert [one.offset for one, _ in effects.rejected] == [1]
    assert [out.value for out in effects.outputs] == [b"x"]


def test_an_entry_that_the_changelog_would_refuse_makes_its_record_a_dead_letter() -> None:
    """What a key has grown to counts, not the record that made it so: a worker that wrote it would end again and again."""
    large = {b"k": Entry(b"x" * (MAX_VALUE_BYTES - 1))}
    effects = decide(Appending(), [record(1, b"xx"), record(2, b"y", key=b"other")], view(large), 0)

    assert [(one.offset, "an entry has" in str(error)) for one, error in effects.rejected] == [(1, True)]
    assert effects.puts.keys() == {b"other"}


def test_a_dead_letter_keeps_key_value_and_headers_and_says_why() -> None:
    """Kafka Connect's header names."""
    letter = dead_letter("case", Record("in", 3, 17, 0, b"k", b"v", [("ce_id", b"1")]), KeyError("x"))

    assert (letter.topic, letter.key, letter.value) == ("petitions.dlq", b"k", b"v")
    assert dict(letter.headers) == {
        "ce_id": b"1",
        "__connect.errors.topic": b"in",
        "__connect.errors.partition": b"3",
        "__connect.errors.offset": b"17",
        "__connect.errors.stage": b"case",
        "__connect.errors.exception.class.name": b"KeyError",
        "__connect.errors.exception.message": b"'x'",
    }


def fetched(topic: str, epoch: int, start: int, *offsets: int) -> Fetched:
    return Fetched(topic, 0, epoch, start, offsets[-1] + 1, [record(offset, topic=topic) for offset in offsets])


def test_the_inbox_takes_each_record_once_and_only_of_its_own_seek() -> None:
    """Fetches of an older seek are dropped whole; offsets below the position are skipped."""
    inbox = Inbox()
    inbox.put(fetched("t", 1, 5, 5))
    inbox.begin({"t": 10}, {"t": 2})
    inbox.put(fetched("t", 1, 11, 11))
    inbox.put(fetched("t", 2, 9, 9, 10, 12))
    inbox.put(fetched("t", 2, 12, 12, 13))
    inbox.put(fetched("other", 2, 1, 1))

    assert [one.offset for one in inbox.take(2, MANY_BYTES)] == [10, 12]
    assert [one.offset for one in inbox.take(10, MANY_BYTES)] == [13]
    assert inbox.positions == {"t": 14}
    assert inbox.gaps == ()


def test_a_lost_fetch_leaves_a_gap_that_is_fetched_again() -> None:
    """What does not follow on the last fetch is refused until the topic was fetched again from there; other topics go on."""
    inbox = Inbox()
    inbox.begin({"t": 0, "u": 0}, {"t": 1, "u": 1})
    inbox.put(fetched("t", 1, 0, 0, 1))
    inbox.put(fetched("t", 1, 4, 4, 5))
    inbox.put(fetched("u", 1, 0, 0))

    assert inbox.gaps == ("t",)

    inbox.put(fetched("t", 1, 2, 2, 3))
    inbox.resume("t", 2)
    inbox.put(fetched("t", 1, 6, 6))
    inbox.put(fetched("t", 2, 2, 2, 3, 4))

    assert inbox.gaps == ()
    assert [(one.topic, one.offset) for one in inbox.take(10, MANY_BYTES)] == [("t", 0), ("t", 1), ("u", 0), ("t", 2), ("t", 3), ("t", 4)]


def test_a_lost_last_fetch_is_noticed_by_what_was_handed_out() -> None:
    """What the consumer has handed out since the seek and the inbox has not is missed, unless it is being fetched again."""
    inbox = Inbox()
    inbox.begin({"t": 3}, {"t": 2})

    assert [inbox.has_missed("t", *given) for given in ((2, 3), (2, 4), (1, 4))] == [False, True, False]

    inbox.note_gap("t")

    assert not inbox.has_missed("t", 2, 4)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from([b"a", b"b", b"c", b"d"]), st.none() | st.integers(1, 20)), max_size=40))
def test_the_store_gives_what_is_due_oldest_first_each_key_once(
    tmp_path_factory: pytest.TempPathFactory, puts: list[tuple[bytes, int | None]]
) -> None:
    """Against a dict: after any puts and a reopening, the timers are those of the last entries, in order."""
    path = tmp_path_factory.mktemp("store")
    store, model = Store(path), dict[bytes, int | None]()
    for number, (key, due) in enumerate(puts):
        before = store.read([key])
        store.apply({key: encode(Entry(str(number).encode(), due))}, before, number)
        model[key] = due
        if number % 7 == 3:
            store.due(10, 100)  # a look at the timers moves nothing
    store.close()
    store = Store(path)
    try:
        expected = [key for due, key in sorted((due, key) for key, due in model.items() if due is not None and due <= 10)]
        assert store.due(10, 100) == expected
        assert store.due(10, 2) == expected[:2]
        assert store.next_due() == min((due for due in model.values() if due is not None), default=None)
        assert {key: entry.due_ms for key, entry in store.read(list(model)).items()} == model
    finally:
        store.close()


def test_a_store_that_is_open_elsewhere_is_recognised(tmp_path: Path) -> None:
    """The engine must tell a lock from damage; after close the lock is free."""
    first = Store(tmp_path)
    with pytest.raises(StoreLocked):
        open_store(tmp_path)
    first.close()
    open_store(tmp_path).close()


@given(st.binary(), st.none() | st.integers(1, 2**63))
def test_an_entry_is_the_same_after_disk(value: bytes, due: int | None) -> None:
    """Encoding round trip."""
    assert decode(encode(Entry(value, due))) == Entry(value, due)


def test_messages_to_other_petitions_go_where_every_client_puts_that_key() -> None:
    """The engine's partitioner is kafka-python's default one."""
    from kafka.partitioner.default import murmur2

    for number in range(200):
        key = f"{number:026x}".encode()
        assert partition_of(key, 6) == (murmur2(key) & 0x7FFFFFFF) % 6


def test_the_topology_table_is_what_the_stages_say(keyring_file: Path) -> None:
    """One table lists every stage with its topics; the stages that run are these."""
    for row in TOPOLOGY:
        stage = row.build(StreamSettings(keyring_file=keyring_file))
        said = (stage.name, stage.inputs, stage.outputs, stage.changelog)
        assert said == (row.stage, row.inputs, row.outputs, row.changelog)
