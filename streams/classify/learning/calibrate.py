"""Turns scores into probabilities that mean what they say, on texts that the weights have not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from streams.classify.danger import lexicon
from streams.classify.found import Asked
from streams.classify.learning.corpus import Labelled
from streams.classify.learning.material import Material
from streams.classify.model.file import Calibration, Floats, Model
from streams.classify.model.frequency import Frequency
from streams.classify.model.score import Scorer, best_odds, softmax
from streams.classify.reading import Reader
from streams.classify.text.typed import Typed

WANTED_ACCURACY = 0.96
"""Of what is not sent to triage, on the calibration texts: above the goal of 0.95, as new texts are a little harder."""
MOST_TRIAGE = 0.1
"""Of all texts, because of low confidence alone; `other` and an unknown ward add to it."""
URGENT_PRECISION = 0.9
"""Where the line of urgency is drawn, on held-out training texts. These have far more border cases than life has, so that the precision on
ordinary petitions is above it."""
MAYBE_PRECISION = 0.84
"""The same for what is maybe urgent: what counts there is not to miss a danger; a false alarm costs a look."""
ENGLISH_RECALL = 0.85
"""So many of the dangers told in English, held out, are at least maybe urgent: read word by word, it gives lower scores."""


def calibrated(model: Model, held_back: Sequence[Labelled]) -> Model:
    """The same weights with confidence (of Vietnamese and of English) and triage threshold fitted on texts held back for it."""
    scorer = Scorer(model)
    read = Reader(scorer.lookup, Frequency(model.terms, model.idf)).read([Asked(one.text) for one in held_back])
    linear = scorer.linear(read.words)[:, : len(model.categories)] * np.array(read.glance.understood, np.float32)[:, None]
    right = np.array([model.categories.index(one.category) for one in held_back])
    english = np.array([language == "en" for language in read.languages])
    scale = _scale(linear[~english], right[~english])
    in_english = _english(linear[english], right[english]) if english.any() else {}
    # The line is drawn on Vietnamese, of which there is far more; English, less sure, then goes to triage oftener. And without the texts
    # about danger: so many of them, between two categories all, are not in life.
    usual = ~english & np.array([not one.danger for one in held_back])
    chances = softmax(linear[usual] * np.float32(scale))
    threshold = _threshold(chances.max(axis=1), chances.argmax(axis=1) == right[usual])
    fitted = replace(model.calibration, category_scale=scale, triage_below=threshold, **in_english)
    return replace(model, calibration=fitted)


def _english(linear: Floats, right: NDArray[np.intp]) -> dict[str, float]:
    """Read word by word, a text is misread as a whole now and then, however sure it sounds: a scale alone leaves the surest too sure and
    the least sure too unsure (calibration error 0.08; with slope and intercept 0.03, by ten folds)."""
    from sklearn.linear_model import LogisticRegression

    scale = _scale(linear, right)
    chances = softmax(linear * np.float32(scale))
    correct = chances.argmax(axis=1) == right
    if correct.all() or not correct.any():
        return {"english_scale": scale}
    fitted = LogisticRegression(C=1e3).fit(best_odds(chances)[:, None], correct)
    slope, intercept = min(max(float(fitted.coef_[0, 0]), 0.0), 1.0), max(float(fitted.intercept_[0]), 0.0)
    return {"english_scale": scale, "english_slope": float(f"{slope:.3g}"), "english_intercept": float(f"{intercept:.3g}")}


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


def urgency_calibrated(calibration: Calibration, material: Material, held_out: NDArray[np.float64]) -> Calibration:
    """Weigh score against lexicon, and draw the line, by scores of texts that the scoring model had not seen."""
    from sklearn.linear_model import LogisticRegression

    urgent = np.array([label == "urgent" for label in material.urgent.labels])
    features = np.column_stack([held_out, lexicon_weights(material.read)])
    fitted = LogisticRegression(C=1e3, max_iter=1000).fit(features, urgent)
    odds = fitted.decision_function(features)
    line, maybe = (_line(odds, urgent, least) for least in (URGENT_PRECISION, MAYBE_PRECISION))
    slope, weight = (float(f"{value:.4g}") for value in fitted.coef_[0])
    intercept = float(f"{fitted.intercept_[0] - line:.4g}")
    in_english = min(maybe, float(np.quantile(odds[urgent & material.english], 1 - ENGLISH_RECALL)))
    margin, english_margin = (float(f"{line - low:.4g}") for low in (maybe, in_english))
    fitted_line = replace(calibration, urgent_slope=slope, urgent_lexicon=weight, urgent_intercept=intercept)
    return replace(fitted_line, urgent_margin=margin, english_margin=english_margin)


def _line(odds: NDArray[np.float64], urgent: NDArray[np.bool_], least: float) -> float:
    """The lowest log odds from which on at least this precision holds."""
    order = np.argsort(-odds, kind="stable")
    precision = np.cumsum(urgent[order]) / np.arange(1, len(order) + 1)
    return float(odds[order[np.flatnonzero(precision >= least)[-1]]])


def lexicon_weights(texts: Sequence[Typed]) -> NDArray[np.float64]:
    """The sum of the project's own lexicon for each text."""
    own = lexicon.load()
    return np.array([own.search(one, accented=one.has_accents).weight for one in texts])
