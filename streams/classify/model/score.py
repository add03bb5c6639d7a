"""Scores of many texts at once, with numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from streams.classify.model.file import Floats, Model
from streams.classify.model.lookup import Ints, Lookup, Rows, Words
from streams.classify.model.terms import BARE_NUMBER, number_or_word
from streams.classify.text.typed import Typed

_MOST_REASONS = 4
_LOOKED_AT = 8
_SOME_NUMBER = "…"
"""Shown for a number: the model knows only that one stands there, and it may be somebody's."""


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


_ALMOST = np.float32(1e-5)
"""Nothing is surer than this far from certain: the log odds stay finite."""


def best_odds(chances: Floats) -> Floats:
    """Natural logarithm, of each row's largest chance."""
    best = np.minimum(chances.max(axis=1), 1 - _ALMOST)
    return np.asarray(np.log(best / (1 - best)), np.float32)


def tempered(chances: Floats, slope: float, intercept: float) -> Floats:
    """The largest chance of each row by its log odds, stretched and shifted; the others share the rest as before."""
    sure = 1 / (1 + np.exp(-(np.float32(slope) * best_odds(chances) + np.float32(intercept))))[:, None]
    best = chances == chances.max(axis=1, keepdims=True)
    others = np.where(best, 0, chances)
    rest = (1 - sure) / np.maximum(others.sum(axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return np.asarray(np.where(best, sure, others * rest), np.float32)


class Scorer:
    """Holds the model's weights ready for use; safe to share between threads."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.lookup = Lookup(model.terms, model.idf)
        # Kept as single bytes: so they fit into the processor's cache, which halves the time.
        self._weights = np.ascontiguousarray(model.weights)
        self._is_pair = np.array([" " in term for term in model.terms])
        self._categories = len(model.categories)
        self.urgent_column = len(model.categories) + len(model.kinds)

    def score(self, words: Words, understood: Sequence[float], english: Sequence[bool]) -> Scores:
        """Raises nothing; a text without a known word gets the bias alone. What was not understood (the share of each text that was, and
        whether it is in English) makes the categories less sure."""
        known = self.lookup.rows(words)
        linear = self._linear(known)
        calibration = self.model.calibration
        in_english = calibration.english_scale or calibration.category_scale
        scale = np.asarray(understood, np.float32) * np.where(english, np.float32(in_english), np.float32(calibration.category_scale))
        chances = softmax(linear[:, : self._categories] * scale[:, None])
        if any(english):
            at = np.flatnonzero(english)
            chances[at] = tempered(chances[at], calibration.english_slope, calibration.english_intercept)
        return Scores(
            chances,
            softmax(linear[:, self._categories : self.urgent_column] * np.float32(calibration.kind_scale)),
            linear[:, self.urgent_column],
            known,
        )

    def linear(self, words: Words) -> Floats:
        """The bare linear scores, texts × columns."""
        return self._linear(self.lookup.rows(words))

    def _linear(self, known: Rows) -> Floats:
        """Text by text: the weights of one fit into the processor's cache, those of a batch do not."""
        bounds, weights = known.bounds.tolist(), self._weights
        sums = [known.values[start:end] @ weights.take(known.rows[start:end], axis=0) for start, end in pairwise(bounds)]
        return np.asarray(np.array(sums, np.float32).reshape(-1, len(self.model.bias)) * self.model.scale + self.model.bias)

    def reasons(self, texts: Sequence[Typed], known: Rows, columns: Ints, *, pairs_only: bool = False) -> list[tuple[str, ...]]:
        """For each text the words that speak most for its column, as typed, the strongest first; `pairs_only`: leave out single syllables,
        which may be half of a word ("non" of "mầm non")."""
        text = np.repeat(np.arange(len(texts)), np.diff(known.bounds))
        strength = self._weights[known.rows, columns[text]] * known.values
        speaks = np.flatnonzero((strength > 0) & self._is_pair[known.rows] if pairs_only else strength > 0)
        # One sort for all: by text, then by falling strength (which is at most 127, the largest weight times the longest value).
        order = speaks[np.argsort(text[speaks] * 256.0 - strength[speaks], kind="stable")]
        bounds = np.searchsorted(text[order], np.arange(len(texts) + 1)).tolist()
        places, pairs = known.first[order].tolist(), self._is_pair[known.rows[order]].tolist()
        shown = [slice(start, min(end, start + _LOOKED_AT)) for start, end in pairwise(bounds)]
        return [_shown(text.accented, places[part], pairs[part]) for text, part in zip(texts, shown, strict=True)]


def _shown(words: Sequence[str], places: Sequence[int], pairs: Sequence[bool]) -> tuple[str, ...]:
    """The words behind the terms at these places, each once, at most `_MOST_REASONS`."""
    shown: list[str] = []
    for place, pair in zip(places, pairs, strict=True):
        said = f"{_said(words[place])} {_said(words[place + 1])}" if pair else _said(words[place])
        for other in shown:
            if said in other or other in said:
                break
        else:
            shown.append(said)
            if len(shown) == _MOST_REASONS:
                break
    return tuple(shown)


@lru_cache(maxsize=20_000)
def _said(word: str) -> str:
    return word if word.isalpha() else number_or_word(word).replace(BARE_NUMBER, _SOME_NUMBER)
