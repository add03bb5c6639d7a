"""Bookkeeping of events under way: pure, with a clock of our own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from producers.kafka.pending import Pending


class Watch:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def nothing(_: Exception | None) -> None:
    """Somebody who need not be told."""


def test_silence_counts_from_the_first_event_that_waits() -> None:
    """A quiet hour before it is no silence of Kafka's."""
    watch = Watch()
    pending = Pending(watch)
    watch.seconds += 3600
    pending.add("t", nothing)
    watch.seconds += 2

    assert pending.silence() == 2


def test_an_acknowledgement_ends_the_silence() -> None:
    """Kafka answers, though others still wait."""
    watch = Watch()
    pending = Pending(watch)
    first, _ = pending.add("t", nothing), pending.add("t", nothing)
    watch.seconds += 5
    pending.settle(first, acknowledged=True)

    assert pending.silence() == 0
    assert pending.oldest_age() == 5


def test_a_failure_does_not_end_the_silence() -> None:
    """Expired events are no sign of life."""
    watch = Watch()
    pending = Pending(watch)
    first, _ = pending.add("t", nothing), pending.add("t", nothing)
    watch.seconds += 5
    pending.settle(first, acknowledged=False)

    assert pending.silence() == 5


def test_nobody_waits_nobody_is_late() -> None:
    """With nothing under way there is neither silence nor age."""
    pending = Pending(Watch())

    assert (pending.silence(), pending.oldest_age(), len(pending)) == (0, 0, 0)


@given(st.lists(st.sampled_from(["add", "settle", "settle-again", "take"])))
def test_each_event_is_handed_out_exactly_once(steps: list[str]) -> None:
    """However acknowledgements, failures and giving up come together, each caller is told once."""
    pending = Pending(Watch())
    told: list[str] = []
    numbers: list[int] = []
    for step in steps:
        if step == "add":
            numbers.append(pending.add(str(len(numbers)), nothing))
        elif step == "take":
            told += [waiting.type for waiting in pending.take_all()]
        elif numbers:
            waiting = pending.settle(numbers[-1 if step == "settle" else 0], acknowledged=True)
            told += [waiting.type] if waiting else []
    told += [waiting.type for waiting in pending.take_all()]

    assert sorted(told, key=int) == [str(number) for number in range(len(numbers))]
