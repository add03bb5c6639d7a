"""Joining history and live events."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from consumers.http.following import GIVE_UP_SECONDS, Joined, is_there
from consumers.kafka.records import Record
from consumers.live.feed import PENDING_LIMIT, Ring, Subscription
from consumers.timeline import TimelineEntry


def entry(seq: int) -> TimelineEntry:
    return TimelineEntry("p", seq, f"id-{seq}", "accepted", "2025-12-01T03:00:00Z", {}, {})


@given(st.integers(0, 5), st.lists(st.lists(st.integers(1, 12), max_size=6), max_size=12))
def test_each_number_once_and_in_order_whatever_the_sources_give(after: int, batches: list[list[int]]) -> None:
    """Repeats, overlaps and disorder between sources never show: numbers follow one another from `after` on."""
    joined, given_out = Joined(after), []
    for batch in batches:
        joined.add(map(entry, batch))
        given_out += [found.seq for found in joined.take()]

    assert given_out == list(range(after + 1, after + 1 + len(given_out)))
    everything = {seq for batch in batches for seq in batch if seq > after}
    reachable = after
    while reachable + 1 in everything:
        reachable += 1
    assert joined.last == reachable


def test_a_hole_that_never_fills_is_given_up() -> None:
    """An event that went to the dead letters does not stop a stream for ever."""
    joined = Joined(1)
    joined.add([entry(3)])

    assert joined.take() == []
    assert joined.has_hole(now=100.0)
    assert joined.has_hole(now=100.0 + GIVE_UP_SECONDS / 2)
    assert not joined.has_hole(now=100.0 + GIVE_UP_SECONDS)
    assert [found.seq for found in joined.take()] == [3]


@given(st.integers(1, 8), st.lists(st.sampled_from([b"a", b"b", b"c"]), max_size=40))
def test_the_ring_holds_the_newest_records_of_each_petition(size: int, keys: list[bytes]) -> None:
    """The ring never holds more than its size, keeps order, and forgets the oldest first."""
    ring = Ring(size)
    records = [Record(offset, 0, key, b"", []) for offset, key in enumerate(keys)]
    for record in records:
        ring.add(record.key or b"", record)

    for key in (b"a", b"b", b"c"):
        assert ring.of(key) == [record for record in records[-size:] if record.key == key]


async def test_a_slow_listener_is_told_that_it_lost_something() -> None:
    """A subscription that is not read stays small, and says that entries are missing."""
    subscription = Subscription(PENDING_LIMIT)
    for seq in range(PENDING_LIMIT + 5):
        subscription.push([entry(seq)])
    found = await subscription.wait(1)

    assert subscription.lost
    assert len(found) <= PENDING_LIMIT
    assert found[-1].seq == PENDING_LIMIT + 4


async def test_a_closed_subscription_wakes_its_listener() -> None:
    """Closing ends the wait at once."""
    subscription = Subscription(PENDING_LIMIT)
    subscription.close()

    assert await subscription.wait(60) == []


class Reader:
    """A read model that is a moment behind: it has the newer entries when it is asked again."""

    def __init__(self, *answers: list[TimelineEntry]) -> None:
        self._answers = list(answers)

    async def after(self, _: str, seq: int) -> list[TimelineEntry]:
        found = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [one for one in found if one.seq > seq]


def views(reader: Reader, wait_ms: int) -> Any:
    live = SimpleNamespace(recent=lambda _: [])
    return SimpleNamespace(reader=reader, live=live, settings=SimpleNamespace(arrival_wait_ms=wait_ms))


async def test_a_number_that_the_read_model_has_not_yet_is_waited_for() -> None:
    """A client comes back with what it has seen live: that is no number from behind the end."""
    assert await is_there(views(Reader([entry(1)], [entry(1), entry(2)]), 60_000), "p", 2)


async def test_a_number_from_behind_the_end_is_not_waited_for_for_ever() -> None:
    assert not await is_there(views(Reader([entry(1), entry(2)]), 0), "p", 3)
