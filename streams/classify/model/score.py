"""Scores of many texts at once, with numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from streams.classify.model.file import Floats, Model
from streams.classify.model.lookup import Ints, Lookup, Rows
from streams.classify.model.terms import ACCENTED, BARE_NUMBER, Typed

_MOST_REASONS = 4
_LOOKED_AT = 8
_SOME_NUMBER = "…"
"""Shown for a number: the model knows only that one stands there."""


@dataclass(frozen=True, slots=True)
class Scores:
    """One row a text. `categories` and `kinds` are probabilities, `urgent` is the linear score."""

    categories: Floats
    kinds: Floats
    urgent: Floats
    known: Rows


def softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


class Scorer:
    """Holds the model's weights ready for use; safe to share between threads."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._lookup = Lookup(model.terms, model.idf)
        # Kept as single bytes: so they fit into the processor's cache, which halves the time.
        self._weights = np.ascontiguousarray(model.weights)
        self._categories = len(model.categories)
        self.urgent_column = len(model.categories) + len(model.kinds)

    def score(self, texts: Sequence[Typed]) -> Scores:
        """Raises nothing; a text without a known word gets the bias alone."""
        known = self._lookup.find(texts)
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
        return self._linear(self._lookup.find(texts))

    def _linear(self, known: Rows) -> Floats:
        scores = np.tile(self.model.bias, (len(known.bounds) - 1, 1))
        filled = np.flatnonzero(known.bounds[1:] > known.bounds[:-1])
        if len(filled):
            weighed = self._weights[known.rows] * known.values[:, None]
            scores[filled] += np.add.reduceat(weighed, known.bounds[filled], axis=0) * self.model.scale
        return scores

    def reasons(self, texts: Sequence[Typed], known: Rows, columns: Ints) -> list[tuple[str, ...]]:
        """For each text the words that speak most for its column, as typed, the strongest first."""
        if not len(known.rows):
            return [()] * len(texts)
        text = np.repeat(np.arange(len(texts)), np.diff(known.bounds))
        strength = self._weights[known.rows, columns[text]] * known.values
        # One sort for all: by text, then by falling strength (which is at most 127, the largest weight times the longest value).
        order = np.argsort(text * 256.0 - strength, kind="stable")
        looked_at = known.bounds[:-1, None] + np.arange(_LOOKED_AT)
        order = order[np.minimum(looked_at, len(order) - 1)]
        counts = ((looked_at < known.bounds[1:, None]) & (strength[order] > 0)).sum(axis=1).tolist()
        rows = known.rows[order].tolist()
        return [self._shown(*each) for each in zip(texts, rows, counts, strict=True)]

    def _shown(self, text: Typed, rows: Sequence[int], count: int) -> tuple[str, ...]:
        shown: list[str] = []
        for row in rows[:count]:
            words = _as_typed(self.model.terms[row], text)
            for other in shown:
                if words in other or other in words:
                    break
            else:
                shown.append(words)
                if len(shown) == _MOST_REASONS:
                    break
        return tuple([words.replace(BARE_NUMBER, _SOME_NUMBER) for words in shown])


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
