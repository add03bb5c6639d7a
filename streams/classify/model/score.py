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

_CHUNK = 128
_LOG_COUNT = np.array([0.0, *(1 + math.log(count) for count in range(1, 4000))], np.float32)
_MOST_REASONS = 4
_LOOKED_AT = 10


@dataclass(frozen=True, slots=True)
class Known:
    """The terms of one text that the model knows: row numbers, and values (tf · idf, of length 1 over the text)."""

    rows: NDArray[np.intp]
    values: Floats


_NOTHING = Known(np.zeros(0, np.intp), np.zeros(0, np.float32))


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
        self._weights = np.ascontiguousarray(model.weights.astype(np.float32) * model.scale * model.idf[:, None])
        self._categories = len(model.categories)
        self.urgent_column = len(model.categories) + len(model.kinds)

    def score(self, texts: Sequence[Typed]) -> Scores:
        """Raises nothing; a text without a known word gets the bias alone."""
        known = [self._known(text) for text in texts]
        linear = self._linear(known)
        calibration = self.model.calibration
        return Scores(
            softmax(linear[:, : self._categories] * np.float32(calibration.category_scale)),
            softmax(linear[:, self._categories : self.urgent_column] * np.float32(calibration.kind_scale)),
            linear[:, self.urgent_column],
            known,
        )

    def linear(self, texts: Sequence[Typed]) -> Floats:
        """The bare linear scores, texts × columns."""
        return self._linear([self._known(text) for text in texts])

    def _known(self, text: Typed) -> Known:
        """Values are tf over the length of the whole vector; the idf is in the weights already."""
        counts = Counter(map(self._row.get, terms(text)))
        counts.pop(None, None)
        if not counts:
            return _NOTHING
        rows = np.fromiter(counts, np.intp, len(counts))  # type: ignore[arg-type]  # None was taken out
        often = np.fromiter(counts.values(), np.intp, len(counts))
        tf = _LOG_COUNT[np.minimum(often, len(_LOG_COUNT) - 1)]
        weighed = tf * self.model.idf[rows]
        return Known(rows, tf / np.float32(math.sqrt(weighed @ weighed)))

    def _linear(self, known: Sequence[Known]) -> Floats:
        scores = np.tile(self.model.bias, (len(known), 1))
        for start in range(0, len(known), _CHUNK):
            filled = [at for at in range(start, min(start + _CHUNK, len(known))) if len(known[at].rows)]
            if filled:
                rows = np.concatenate([known[at].rows for at in filled])
                values = np.concatenate([known[at].values for at in filled])
                starts = np.cumsum([0, *(len(known[at].rows) for at in filled[:-1])])
                scores[filled] += np.add.reduceat(self._weights[rows] * values[:, None], starts, axis=0)
        return scores

    def reasons(self, text: Typed, known: Known, column: int) -> tuple[str, ...]:
        """The words of the text that speak most for a column, as typed, the strongest first."""
        if not len(known.rows):
            return ()
        weight = self._weights[known.rows, column] * known.values
        shown: list[str] = []
        for at in np.argsort(-weight, kind="stable")[:_LOOKED_AT].tolist():
            if weight[at] <= 0 or len(shown) == _MOST_REASONS:
                break
            words = _as_typed(self.model.terms[known.rows[at]], text)
            if not any(words in other or other in words for other in shown):
                shown.append(words)
        return tuple(shown)


def _as_typed(term: str, text: Typed) -> str:
    """The words behind a term, with the accents that the text has."""
    if term.startswith(ACCENTED):
        return term[1:]
    if text.accented is text.plain:
        return term
    first, _, second = term.partition(" ")
    at = text.plain.index(first)
    if not second:
        return text.accented[at]
    while text.plain[at + 1 : at + 2] != [second]:
        at = text.plain.index(first, at + 1)
    return f"{text.accented[at]} {text.accented[at + 1]}"
