"""Turns scores into probabilities that mean what they say, on texts that the weights have not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from streams.classify import lexicon
from streams.classify.model.corpus import Corpus, Labelled
from streams.classify.model.file import Floats, Model
from streams.classify.model.score import Scorer, softmax
from streams.classify.model.terms import typed

WANTED_ACCURACY = 0.975
"""Of what is not sent to triage, on the calibration texts: above the goal of 0.95, as new texts are a little harder."""
MOST_TRIAGE = 0.12
"""Of all texts, because of low confidence alone; an unknown ward adds to it."""
_LEXICON_WEIGHT = 1.0


def smallest(of: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one valley is smallest, by golden section; to three digits, so that small noise changes nothing."""
    ratio = (5**0.5 - 1) / 2
    while high - low > 1e-4 * max(1.0, abs(high)):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if of(left) < of(right) else (left, high)
    return float(f"{(low + high) / 2:.3g}")


def _scale(linear: Floats, right: NDArray[np.intp]) -> float:
    def loss(scale: float) -> float:
        chances = softmax(linear * np.float32(scale))[np.arange(len(right)), right]
        return float(-np.log(np.maximum(chances, 1e-9)).mean())

    return smallest(loss, 0.1, 30.0)


def _threshold(chances: Floats, right: NDArray[np.bool_]) -> float:
    """The lowest confidence above which `WANTED_ACCURACY` holds, unless more than `MOST_TRIAGE` would be below it."""
    limit = float(np.quantile(chances, MOST_TRIAGE))
    for threshold in np.arange(0.1, 0.9, 0.01):
        kept = chances >= threshold
        if kept.any() and right[kept].mean() >= WANTED_ACCURACY:
            return round(float(min(threshold, limit)), 2)
    return round(limit, 2)


def calibrated(model: Model, corpus: Corpus) -> Model:
    """The same weights with the calibration fitted on the texts held back for it."""
    scorer = Scorer(model)
    texts = [typed(one.text) for one in corpus.calibration]
    linear = scorer.linear(texts)
    right = np.array([model.categories.index(one.category) for one in corpus.calibration])
    scale = _scale(linear[:, : len(model.categories)], right)
    chances = softmax(linear[:, : len(model.categories)] * np.float32(scale))
    threshold = _threshold(chances.max(axis=1), chances.argmax(axis=1) == right)
    slope, intercept = _urgency(linear[:, -1], corpus.calibration)
    return replace(
        model,
        calibration=replace(
            model.calibration,
            category_scale=scale,
            kind_scale=6.0,
            kind_from=0.6,
            triage_below=threshold,
            urgent_slope=slope,
            urgent_intercept=intercept,
            urgent_lexicon=_LEXICON_WEIGHT,
        ),
    )


def _urgency(linear: Floats, texts: Sequence[Labelled]) -> tuple[float, float]:
    return 1.0, 0.0


def lexicon_weights(texts: Sequence[str]) -> Floats:
    """The lexicon's sum for each text."""
    own = lexicon.load()
    found = [typed(text) for text in texts]
    return np.array([own.search(one.accented, one.plain, has_accents=one.has_accents).weight for one in found], np.float32)
