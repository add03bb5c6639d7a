"""Scores of many texts at once, with numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from streams.classify.model.file import Floats, Model
from streams.classify.model.lookup import Ints, Lookup
from streams.classify.model.terms import ACCENTED, Typed

_CHUNK = 128
_MOST_REASONS = 4
_LOOKED_AT = 8


@dataclass(frozen=True, slots=True)
class Known:
    """The terms of one text that the model knows: row numbers, and values (tf over the length of the tf · idf vector)."""

    rows: Ints
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
        self._lookup = Lookup(model.terms, model.idf)
        self._weights = np.ascontiguousarray(model.weights.astype(np.float32) * model.scale * model.idf[:, None])
        self._categories = len(model.categories)
        self.urgent_column = len(model.categories) + len(model.kinds)

    def score(self, texts: Sequence[Typed]) -> Scores:
        """Raises nothing; a text without a known word gets the bias alone."""
        linear, known = self._scored(texts)
        calibration = self.model.calibration
        return Scores(
            softmax(linear[:, : self._categories] * np.float32(calibration.category_scale)),
            softmax(linear[:, self._categories : self.urgent_column] * np.float32(calibration.kind_scale)),
            linear[:, self.urgent_column],
            known,
        )

    def linear(self, texts: Sequence[Typed]) -> Floats:
        """The bare linear scores, texts × columns."""
        return self._scored(texts)[0]

    def _scored(self, texts: Sequence[Typed]) -> tuple[Floats, list[Known]]:
        scores = np.tile(self.model.bias, (len(texts), 1))
        known: list[Known] = []
        for start in range(0, len(texts), _CHUNK):
            found = self._lookup.find(texts[start : start + _CHUNK])
            bounds = found.bounds
            filled = np.flatnonzero(bounds[1:] > bounds[:-1])
            if len(filled):
                weighed = self._weights[found.rows] * found.values[:, None]
                scores[start + filled] += np.add.reduceat(weighed, bounds[filled], axis=0)
            cuts = bounds.tolist()
            known += [Known(found.rows[a:b], found.values[a:b]) for a, b in pairwise(cuts)]
        return scores, known

    def reasons(self, text: Typed, known: Known, column: int) -> tuple[str, ...]:
        """The words of the text that speak most for a column, as typed, the strongest first."""
        weight = self._weights[known.rows, column] * known.values
        strongest = (-weight).argsort(kind="stable")[:_LOOKED_AT]
        shown: list[str] = []
        for row, strength in zip(known.rows[strongest].tolist(), weight[strongest].tolist(), strict=True):
            if strength <= 0 or len(shown) == _MOST_REASONS:
                break
            words = _as_typed(self.model.terms[row], text)
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
