"""What the classifier must reach, on texts held back from training. Margins are wide: these guard against a broken model; the
model card has the figures."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from streams.classify.classifier import Classifier
from streams.classify.found import Asked
from streams.classify.learning import corpus
from streams.classify.learning.corpus import read_jsonl
from streams.classify.learning.evaluate import evaluate
from streams.classify.learning.measures import Answer, Report, Share, calibration_chance, calibration_error, report
from tests.classify.shipped import shipped


@pytest.fixture(scope="module")
def ready() -> Classifier:
    return shipped()


@pytest.fixture(scope="module")
def measured(ready: Classifier) -> Report:
    return evaluate(ready, corpus.own().ordinary)


def _of(share: Share) -> float:
    assert share.share is not None
    return share.share


@pytest.mark.parametrize(("style", "least"), [("full", 0.88), ("nodiacritics", 0.82), ("teencode", 0.82)])
def test_category_is_right_in_each_style(measured: Report, style: str, least: float) -> None:
    """Top-1 accuracy holds with diacritics, without, and in teencode."""
    assert _of(measured.by_style[style]) >= least


ORDINARY = 221
"""So many, the first, are of ordinary difficulty; of the calibration texts behind them one in twelve is hard even for a person."""


def test_what_is_kept_is_right(ready: Classifier, measured: Report) -> None:
    """At most a fifth is unsure, and of the rest 95% are right, with the harder texts and without, and more than of all."""
    ordinary = evaluate(ready, corpus.own().ordinary[:ORDINARY])

    assert _of(ordinary.triage_unsure) <= 0.2
    assert _of(ordinary.kept_sure) >= 0.95
    assert _of(measured.triage_unsure) <= 0.2
    assert _of(measured.kept_sure) >= 0.95
    assert _of(measured.kept_sure) > _of(measured.category)


def test_confidence_means_what_it_says(measured: Report) -> None:
    """Confidence and accuracy are at most five points apart on average."""
    assert measured.calibration_error <= 0.05


def test_no_danger_is_missed(measured: Report) -> None:
    """Urgent texts are found; the calibration texts have many border cases, so that false alarms are more frequent than in life."""
    assert _of(measured.urgent_recall) >= 0.9
    assert _of(measured.urgent_precision) >= 0.4


def test_nothing_that_measures_is_learnt() -> None:
    """Neither the calibration texts nor the blind ones are training texts."""
    texts = corpus.own()
    learnt = {one.text for one in texts.petitions} | {text for text, _ in texts.urgency} | {one.text for one in texts.kinds}

    assert not learnt & {one.text for one in texts.calibration}
    assert not learnt & {one.text for one in read_jsonl(BLIND)}


BLIND = Path(__file__).with_name("blind.jsonl")
"""Texts of ordinary difficulty, seven a category, by an author who had seen no other text of the project; nothing is fitted to them."""


@pytest.fixture(scope="module")
def unseen(ready: Classifier) -> Report:
    return evaluate(ready, read_jsonl(BLIND))


def test_the_goals_are_met_on_texts_that_nobody_tuned_to(unseen: Report) -> None:
    """Category by style, what is kept and how much is sent to a person, urgency, confidence: all at once."""
    assert _of(unseen.by_style["full"]) >= 0.88
    assert _of(unseen.by_style["nodiacritics"]) >= 0.82
    assert _of(unseen.by_style["teencode"]) >= 0.82
    assert _of(unseen.triage) <= 0.2
    assert _of(unseen.kept) >= 0.95
    assert _of(unseen.urgent_recall) >= 0.95
    assert _of(unseen.urgent_precision) >= 0.8
    assert unseen.calibration_error <= 0.05


@pytest.fixture(scope="module")
def held_back(ready: Classifier) -> Report:
    return evaluate(ready, [one for one in corpus.own().calibration if one.danger])


def test_implied_danger_is_seen(held_back: Report) -> None:
    """Every eighth text of those written about dangers, half of them harmless look-alikes. Measured 0.91 and 0.96; the goal of 0.95 for the
    recall is not reached on texts as hard as these."""
    assert _of(held_back.urgent_recall) >= 0.84
    assert _of(held_back.urgent_precision) >= 0.9


def test_english_is_understood(ready: Classifier) -> None:
    """English texts held back: measured 0.77, below the goal of 0.80; but of what is kept nine in ten are right, of dangers 15 in 16 are
    seen, at the price of more false alarms, and confidence means what it says."""
    found = evaluate(ready, [one for one in corpus.own().calibration if one.voice == "english"])

    assert found.calibration_error <= 0.05
    assert _of(found.category) >= 0.7
    assert _of(found.kept) >= 0.85
    assert _of(found.urgent_recall) >= 0.85


def test_hotline_notes_are_understood(ready: Classifier) -> None:
    """The agents' clipped notes, held back: measured 0.92."""
    assert _of(evaluate(ready, [one for one in corpus.own().calibration if one.voice == "hotline"]).category) >= 0.88


def test_stripping_diacritics_hardly_matters(ready: Classifier) -> None:
    """The same text without its diacritics mostly gets the same category."""
    from streams.classify.text.folding import fold

    rows = [one for one in corpus.own().ordinary if one.style == "full"]
    typed = ready.classify_texts([Asked(one.text) for one in rows])
    stripped = ready.classify_texts([Asked(fold(one.text)) for one in rows])

    same = sum(one.category == other.category for one, other in zip(typed, stripped, strict=True))
    assert same / len(rows) >= 0.85


def test_calibration_error_by_hand() -> None:
    """Two answers at 0.9 of which one is right are 0.4 off; a right one at 1.0 is none."""
    assert calibration_error([(0.95, True), (0.95, False)]) == pytest.approx(0.45)
    assert calibration_error([(1.0, True)]) == 0
    assert calibration_error([]) == 0


def test_what_chance_makes_of_calibration_by_hand() -> None:
    """A hundred answers of 0.9 are off by √(2/π) of a standard deviation (3 answers), four hundred by half of that."""
    assert calibration_chance([0.9] * 100) == pytest.approx(0.03 * (2 / math.pi) ** 0.5)
    assert calibration_chance([0.9] * 400) == pytest.approx(0.015 * (2 / math.pi) ** 0.5)
    assert calibration_chance([0.9] * 100 + [0.45] * 100) == pytest.approx((3 + 99**0.5 / 2) / 200 * (2 / math.pi) ** 0.5)
    assert calibration_chance([1.0]) == 0
    assert calibration_chance([]) == 0


def test_report_counts() -> None:
    """Shares, confusions and urgency are counted from the pairs."""
    rows = [
        corpus.Labelled("a", "waste", "full", urgent=True),
        corpus.Labelled("b", "noise", "short", urgent=False, also=("waste",)),
    ]
    answers = [
        Answer("waste", 0.9, urgent=False, triage=False, unsure=False),
        Answer("waste", 0.4, urgent=True, triage=True, unsure=True),
    ]

    found = report("v", rows, answers)

    assert (found.category, found.with_also) == (Share(1, 2), Share(2, 2))
    assert found.pairs == (("noise", "waste", 1),)
    assert (found.urgent_recall, found.urgent_precision) == (Share(0, 1), Share(0, 1))
    assert (found.triage, found.kept) == (Share(1, 2), Share(1, 1))
    assert len(found.mistakes) == 2
    assert found.as_dict()["category"] == {"right": 1, "n": 2, "share": 0.5}
