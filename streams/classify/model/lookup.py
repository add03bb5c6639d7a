"""Finds the terms of many texts in the model's vocabulary at once: words by dictionary, pairs of words by their two numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from streams.classify.model.file import Floats
from streams.classify.model.terms import ACCENTED, BARE_NUMBER, Typed

_LOG_COUNT = np.array([0.0, *(1 + math.log(count) for count in range(1, 4000))], np.float32)
_UNKNOWN = -1
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rows:
    """The known terms of a batch: text after text, in each the model's rows in order. `values` are
    (1 + log count) · idf, each text's of length 1. `bounds[n] : bounds[n + 1]` are those of text n."""

    rows: Ints
    values: Floats
    bounds: Ints

    def of(self, text: int) -> Rows:
        """Those of one text."""
        part = slice(self.bounds[text], self.bounds[text + 1])
        rows = self.rows[part]
        return Rows(rows, self.values[part], np.array([0, len(rows)]))


class _Pairs:
    """Row by pair of word numbers."""

    def __init__(self, words: int, pairs: Iterable[tuple[int, int, int]]) -> None:
        self._words = words
        listed = sorted((first * words + second, row) for first, second, row in pairs)
        # One impossible key at the end, so that a search never runs past it.
        self._keys = np.array([*(key for key, _ in listed), np.iinfo(np.int64).max], np.int64)
        self._rows = np.array([*(row for _, row in listed), _UNKNOWN], np.int64)

    def find(self, first: Ints, second: Ints, allowed: NDArray[np.bool_]) -> Ints:
        """Rows, or -1 where the pair is unknown or not allowed."""
        keys = first * self._words + second
        at = np.searchsorted(self._keys, keys)
        known = (self._keys[at] == keys) & allowed & (first >= 0) & (second >= 0)
        return np.where(known, self._rows[at], _UNKNOWN)


class Lookup:
    """Built once from a model's terms; does what counting `terms()` in a dictionary would do, several times as fast."""

    def __init__(self, vocabulary: Sequence[str], idf: Floats) -> None:
        self._idf = idf
        split = [(row, term.startswith(ACCENTED), term.removeprefix(ACCENTED).split(" ")) for row, term in enumerate(vocabulary)]
        self._number = {word: number for number, word in enumerate(sorted({word for _, _, words in split for word in words}))}
        self._plain = self._single(row_words for row_words in split if not row_words[1])
        self._accented = self._single(row_words for row_words in split if row_words[1])
        self._plain_pairs = self._paired(row_words for row_words in split if not row_words[1])
        self._accented_pairs = self._paired(row_words for row_words in split if row_words[1])

    def _single(self, terms: Iterable[tuple[int, bool, list[str]]]) -> Ints:
        """Row by word number; the last place, which is number -1, stays unknown."""
        rows = np.full(len(self._number) + 1, _UNKNOWN, np.int64)
        for row, _, words in terms:
            if len(words) == 1 and words[0] != BARE_NUMBER:
                rows[self._number[words[0]]] = row
        return rows

    def _paired(self, terms: Iterable[tuple[int, bool, list[str]]]) -> _Pairs:
        number = self._number
        pairs = ((number[words[0]], number[words[1]], row) for row, _, words in terms if len(words) > 1)
        return _Pairs(len(number), pairs)

    def find(self, texts: Sequence[Typed]) -> Rows:
        """The rows of a batch of texts."""
        get = self._number.get
        plain = np.array([get(word, _UNKNOWN) for word in chain.from_iterable(text.plain for text in texts)], np.int64)
        accented = plain
        if any(text.accented is not text.plain for text in texts):
            listed = chain.from_iterable(text.accented for text in texts)
            accented = np.array([get(word, _UNKNOWN) for word in listed], np.int64)
        text = np.repeat(np.arange(len(texts)), [len(one.plain) for one in texts])
        return self._counted(self._all(plain, accented, text), len(texts))

    def _all(self, plain: Ints, accented: Ints, text: Ints) -> Ints:
        """Every occurrence of a known term as `text · terms + row`."""
        joined = text[:-1] == text[1:]
        differs = accented != plain
        rows = (
            self._plain[plain],
            np.where(differs, self._accented[accented], _UNKNOWN),
            self._plain_pairs.find(plain[:-1], plain[1:], joined),
            self._accented_pairs.find(accented[:-1], accented[1:], joined & (differs[:-1] | differs[1:])),
        )
        found = np.concatenate(rows)
        of_text = np.concatenate([text, text, text[:-1], text[:-1]])
        known = found >= 0
        occurrences: Ints = of_text[known] * len(self._idf) + found[known]
        return occurrences

    def _counted(self, occurrences: Ints, texts: int) -> Rows:
        """Repetitions put together, values set so that each text's tf · idf vector has length 1."""
        distinct, often = np.unique(occurrences, return_counts=True)
        text, rows = np.divmod(distinct, len(self._idf))
        tf = _LOG_COUNT[np.minimum(often, len(_LOG_COUNT) - 1)]
        values = tf * self._idf[rows]
        length = np.sqrt(np.bincount(text, values**2, texts))
        bounds = np.searchsorted(text, np.arange(texts + 1))
        return Rows(rows, (values / length[text]).astype(np.float32), bounds)
