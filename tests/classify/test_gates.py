"""Which new model takes the place of the old one: the gates, and what a single text can and cannot do to them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.events.models import Gate
from streams.classify.learning.corpus import Labelled
from streams.classify.learning.gates import CATEGORY, CORRECTIONS, DANGER, Paired, better, corrected, gates, lines
from streams.classify.learning.measures import Answer

ROW = Labelled("Rác chất đống đầu ngõ", "waste", "full", urgent=False)
URGENT = replace(ROW, text="Cháy nhà trong ngõ", category="fire-safety", urgent=True)
ENGLISH = replace(ROW, text="Rubbish everywhere", voice="english")


def answer(row: Labelled, *, right: bool = True, urgent: bool | None = None, triage: bool = False) -> Answer:
    category = row.category if right else "other"
    return Answer(category, 0.9, row.urgent if urgent is None else urgent, triage, unsure=triage)


def rows(count: int = 40) -> list[Labelled]:
    """So many of each: ordinary, urgent, English."""
    return [row for row in (ROW, URGENT, ENGLISH) for _ in range(count)]


def judged(old: list[Answer], new: list[Answer]) -> dict[str, Gate]:
    return {gate.name: gate for gate in gates(rows(), old, new)}


def spoilt(count: int, **change: bool) -> list[Answer]:
    """All right but for the first so many urgent ones."""
    return [answer(row, **change) if 40 <= at < 40 + count else answer(row) for at, row in enumerate(rows())]


@pytest.mark.parametrize(("lost", "passed"), [(0, True), (1, True), (3, True), (4, False)])
def test_a_loss_counts_when_chance_does_not_explain_it(lost: int, passed: bool) -> None:  # noqa: FBT001
    """One text, or three, may fall to the other side by chance; four, all one way, are shown."""
    assert Paired(100, 90, 0, lost).gate("x").passed is passed


def test_the_interval_by_hand() -> None:
    """Of 100 texts six gained and two lost: the difference is 0.04, its standard error √8 / 100."""
    low, high = Paired(100, 80, 6, 2).interval(2)

    assert (low, high) == pytest.approx((0.04 - 0.08 / 2**0.5, 0.04 + 0.08 / 2**0.5))
    assert Paired(0, 0, 0, 0).interval(2) == (0, 0)


@pytest.mark.parametrize(("missed", "passed"), [(1, True), (2, False)])
def test_dangers_are_judged_more_strictly(missed: int, passed: bool) -> None:  # noqa: FBT001
    """Two dangers missed anew stop a model; one may be chance."""
    found = judged(spoilt(0), spoilt(missed, urgent=False))

    assert found["danger seen"].passed is passed
    assert Paired(40, 40 - missed, 0, missed).gate("x", DANGER).passed is passed


def test_what_is_wrong_and_kept_stops_a_model_and_what_triage_sees_does_not() -> None:
    """Five mistakes that a person looks at are the price of caution; five that nobody sees are not."""
    seen = judged(spoilt(5), spoilt(5, right=False, triage=True))
    unseen = judged(spoilt(5), spoilt(5, right=False))

    assert seen["not wrong where no person looks"].passed
    assert not unseen["not wrong where no person looks"].passed


def test_a_voice_that_falls_stops_a_model_that_gains_on_the_whole() -> None:
    """Twenty gained in Vietnamese do not pay for five lost in English."""
    old = [answer(row, right=at >= 20) for at, row in enumerate(rows())]
    new = [answer(row, right=not 80 <= at < 85) for at, row in enumerate(rows())]
    found = judged(old, new)

    assert (found[CATEGORY].low > 0, found["voice english"].passed, better(list(found.values()))) == (True, False, False)


def corrections(gained: int) -> Gate:
    held_back = [ROW] * 30
    return corrected(held_back, [answer(ROW, right=at >= gained) for at in range(30)], [answer(ROW)] * 30)


@pytest.mark.parametrize(("gained", "promoted"), [(0, False), (1, False), (3, False), (4, True)])
def test_only_a_gain_that_is_shown_promotes(gained: int, promoted: bool) -> None:  # noqa: FBT001
    """Nothing worse is not enough, and a single correction tips nothing."""
    assert better([corrections(gained), *gates(rows(), spoilt(0), spoilt(0))]) is promoted


def test_no_corrections_no_gain() -> None:
    """With nothing to compare the gate passes and shows nothing."""
    gate = corrected([], [], [])

    assert (gate.name, gate.n, gate.passed, gate.low) == (CORRECTIONS, 0, True, 0)


def test_the_report_says_where_it_is_worse() -> None:
    """A line a gate, with both shares and the interval."""
    *_, last = lines([Paired(50, 40, 0, 6).gate("voice english")])

    assert last.split() == ["voice", "english", "50", "0.920", "0.800", "-0.216", "…", "-0.024", "worse"]
