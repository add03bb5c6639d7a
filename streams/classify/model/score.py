"""Scores of many texts at once, with numpy only."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.classify.model.file import Floats, Model
from streams.classify.model.terms import ACCENTED, Typed, terms

_CHUNK = 256
_LOG_COUNT = np.array([0.0, *(1 + math.log(count) for count in range(1, 4000))], np.float32)
_MOST_REASONS = 4


@dataclass(frozen=True, slots=True)
class Known:
    """The terms of one text that the model knows: row numbers, and values (tf · idf, of length 1 over the text)."""

    rows: NDArray[np.int32]
    values: Floats


@dataclass(frozen=True, slots=True)
class Scores:
    """One row a text. `categories` and `kinds` are probabilities, `urgent` is the linear score."""

    categories: Floats
    kinds: Floats
    urgent: Floats
    known: list[Known]


def softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


class Scorer:
    """Holds the model's weights ready for use; safe to share between threads."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._row = {term: row for row, term in enumerate(model.terms)}
        self._weights = model.weights.astype(np.float32) * model.scale
        self._cut = len(model.categories), len(model.categories) + len(model.kinds)

    def score(self, texts: Sequence[Typed]) -> Scores:
        """Raises nothing; a text without a known word gets the bias alone."""
        known = [self._known(text) for text in texts]
        chunks = [self._linear(known[start : start + _CHUNK]) for start in range(0, len(known), _CHUNK)]
        linear = np.concatenate(chunks) if chunks else np.zeros((0, self._weights.shape[1]), np.float32)
        categories, kinds = self._cut
        calibration = self.model.calibration
        return Scores(
            softmax(linear[:, :categories] * np.float32(calibration.category_scale)),
            softmax(linear[:, categories:kinds] * np.float32(calibration.kind_scale)),
            linear[:, kinds],
            known,
        )

    def linear(self, texts: Sequence[Typed]) -> Floats:
        """The bare linear scores, texts × columns."""
        return self._linear([self._known(text) for text in texts])

    def _known(self, text: Typed) -> Known:
        counts = Counter(terms(text))
        row = self._row
        found = [(row[term], count) for term, count in counts.items() if term in row]
        if not found:
            return Known(np.zeros(0, np.int32), np.zeros(0, np.float32))
        pairs = np.array(found, np.int32)
        values = self.model.idf[pairs[:, 0]] * _LOG_COUNT[np.minimum(pairs[:, 1], len(_LOG_COUNT) - 1)]
        return Known(pairs[:, 0], values / math.sqrt(float(values @ values)))

    def _linear(self, known: Sequence[Known]) -> Floats:
        scores = np.tile(self.model.bias, (len(known), 1))
        filled = [number for number, one in enumerate(known) if len(one.rows)]
        if filled:
            rows = np.concatenate([known[number].rows for number in filled])
            values = np.concatenate([known[number].values for number in filled])
            starts = np.cumsum([0, *(len(known[number].rows) for number in filled[:-1])])
            scores[filled] += np.add.reduceat(self._weights[rows] * values[:, None], starts, axis=0)
        return scores

    def reasons(self, text: Typed, known: Known, column: int) -> tuple[str, ...]:
        """The words of the text that speak most for a column, as typed, the strongest first."""
        if not len(known.rows):
            return ()
        weight = self._weights[known.rows, column] * known.values
        strongest = np.argsort(-weight, kind="stable")[: 4 * _MOST_REASONS]
        shown: list[str] = []
        for at in strongest:
            if weight[at] <= 0 or len(shown) == _MOST_REASONS:
                break
            words = _as_typed(self.model.terms[known.rows[at]], text)
            if words and not any(words in other or other in words for other in shown):
                shown.append(words)
        return tuple(shown)


def _as_typed(term: str, text: Typed) -> str:
    if term.startswith(ACCENTED):
        return term[1:]
    parts = term.split(" ")
    plain = text.plain
    for at in range(len(plain) - len(parts) + 1):
        if plain[at : at + len(parts)] == parts:
            return " ".join(text.accented[at : at + len(parts)])
    return ""
