"""Finds the terms of many texts in the model's vocabulary at once: words by dictionary, pairs of words by their two numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.classify.model.file import Floats
from streams.classify.model.terms import ACCENTED, BARE_NUMBER, number_or_word
from streams.classify.text.english import tells_english
from streams.classify.text.folding import fold
from streams.classify.text.language import VIETNAMESE
from streams.classify.text.spacing import is_syllable
from streams.classify.text.typed import Typed

_LOG_COUNT = np.array([0.0, *(1 + math.log(count) for count in range(1, 4000))], np.float32)
_UNKNOWN = -1
_FINE = np.float32(1024)
"""Values are whole 1024ths: so sums of values times whole weights are whole numbers below 2²⁴, which float32 adds up without error
in any order. What else is in the batch then makes no difference, not even in the last bit."""
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rows:
    """The known terms of a batch: text after text, in each the model's rows in order. `values` are (1 + log count) · idf, each text's of
    length 1. `bounds[n] : bounds[n + 1]` are those of text n. `first`: the place in its text of the first word of the term."""

    rows: Ints
    values: Floats
    bounds: Ints
    first: Ints

    def of(self, text: int) -> Rows:
        """Those of one text."""
        part = slice(self.bounds[text], self.bounds[text + 1])
        rows = self.rows[part]
        return Rows(rows, self.values[part], np.array([0, len(rows)]), self.first[part])


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a batch, text after text: all about each in one number, its text, and where each text's begin."""

    packed: Ints
    text: Ints
    starts: Ints


@dataclass(frozen=True, slots=True)
class Glance:
    """What the words show of each text of a batch. `accented`: typed with diacritics (a few words may lack them). Shares of its letters:
    `strange` in words that neither the model nor Vietnamese has, `understood` in words that the model knows. `english`, `vietnamese`: how
    many words tell of each."""

    accented: list[bool]
    strange: list[float]
    understood: list[float]
    english: list[int]
    vietnamese: list[int]

    def each(self) -> Iterable[tuple[float, int, int]]:
        """`strange`, `english` and `vietnamese` text by text."""
        return zip(self.strange, self.english, self.vietnamese, strict=True)


class _Pairs:
    """Row by pair of word numbers: each pair is one number, all of them stand sorted, and a batch's are found by halving."""

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


_BITS = 20
_MASK = (1 << _BITS) - 1
_DIFFERS, _STRANGE, _ENGLISH, _VIETNAMESE = (1 << bit for bit in range(2 * _BITS, 2 * _BITS + 4))
_LENGTH_AT = 2 * _BITS + 4
_MOST_REMEMBERED = 100_000


class _Remembered(dict[str, int]):
    """Word → all about it in one number: its folded and its accented number, the bits above, its length. Filled as words come, as they
    repeat; emptied when it has grown too large, as garbage may come without end."""

    def __init__(self, number: dict[str, int]) -> None:
        super().__init__()
        self._number = number

    def __missing__(self, word: str) -> int:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        accented = number_or_word(word)
        plain = fold(accented)
        get = self._number.get
        found = (get(plain, _UNKNOWN) + 1) | (get(accented, _UNKNOWN) + 1) << _BITS | len(word) << _LENGTH_AT
        if accented != plain:
            found |= _DIFFERS
        if plain not in self._number and not word.isdecimal() and not is_syllable(word):
            found |= _STRANGE
        if word in VIETNAMESE:
            found |= _VIETNAMESE
        elif tells_english(word):
            found |= _ENGLISH
        self[word] = found
        return found


def _laid_out(packed: Ints, counts: Sequence[int]) -> Words:
    starts: Ints = np.cumsum(counts, dtype=np.int64) - np.asarray(counts, np.int64)
    return Words(packed, np.repeat(np.arange(len(counts)), counts), starts)


class Lookup:
    """Built once from a model's terms; does what counting `terms()` in a dictionary would do, several times as fast."""

    def __init__(self, vocabulary: Sequence[str], idf: Floats) -> None:
        self._idf = idf
        split = [(row, term.startswith(ACCENTED), term.removeprefix(ACCENTED).split(" ")) for row, term in enumerate(vocabulary)]
        self._number = {word: number for number, word in enumerate(sorted({word for _, _, words in split for word in words}))}
        self._remembered = _Remembered(self._number)
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

    def words(self, texts: Sequence[Typed]) -> Words:
        """The words of a batch as numbers."""
        return _laid_out(self._packed(texts), [len(one.accented) for one in texts])

    def _packed(self, texts: Sequence[Typed]) -> Ints:
        return np.array(list(map(self._remembered.__getitem__, chain.from_iterable(text.accented for text in texts))), np.int64)

    def exchanged(self, words: Words, texts: Mapping[int, Typed]) -> Words:
        """The words of a batch of which some texts, by their number, have others now."""
        bounds = [*words.starts.tolist(), len(words.packed)]
        parts = [words.packed[start:end] for start, end in pairwise(bounds)]
        for number, text in texts.items():
            parts[number] = self._packed([text])
        return _laid_out(np.concatenate(parts), list(map(len, parts)))

    def glance(self, words: Words) -> Glance:
        """What the words alone show."""
        of_text, packed, texts = words.text, words.packed, len(words.starts)
        length = packed >> _LENGTH_AT

        def count(bit: int, weights: Ints | None = None) -> Any:
            marked = (packed & bit) > 0
            return np.bincount(of_text[marked], None if weights is None else weights[marked], texts)

        letters = np.maximum(np.bincount(of_text, length, texts), 1)
        differing, every = count(_DIFFERS), np.bincount(of_text, None, texts)
        return Glance(
            ((differing * 5 >= every) & (differing > 0)).tolist(),
            (count(_STRANGE, length) / letters).tolist(),
            (np.bincount(of_text, length * ((packed & _MASK) > 0), texts) / letters).tolist(),
            count(_ENGLISH).tolist(),
            count(_VIETNAMESE).tolist(),
        )

    def find(self, texts: Sequence[Typed]) -> Rows:
        """The rows of a batch of texts."""
        return self.rows(self.words(texts))

    def rows(self, words: Words) -> Rows:
        """The known terms."""
        packed = words.packed
        plain, accented = (packed & _MASK) - 1, (packed >> _BITS & _MASK) - 1
        return self._counted(*self._all(plain, accented, (packed & _DIFFERS) > 0, words.text), words.starts)

    def _all(self, plain: Ints, accented: Ints, differs: NDArray[np.bool_], text: Ints) -> tuple[Ints, Ints]:
        """Every occurrence of a known term as the text's number and the term's row in one, and the place of its first word in the batch."""
        joined = text[:-1] == text[1:]
        either = joined & (differs[:-1] | differs[1:])
        rows = (
            self._plain[plain],
            np.where(differs, self._accented[accented], _UNKNOWN),
            self._plain_pairs.find(plain[:-1], plain[1:], joined),
            self._accented_pairs.find(accented[:-1], accented[1:], either),
        )
        at = [np.flatnonzero(found >= 0) for found in rows]
        places = np.concatenate(at)
        known = np.concatenate([found[where] for found, where in zip(rows, at, strict=True)])
        return text[places] << _BITS | known, places

    def _counted(self, occurrences: Ints, at: Ints, starts: Ints) -> Rows:
        """Repetitions put together, values set so that each text's tf · idf vector has length 1. Place and term in one number: a bare sort
        brings each term's first place to the front, at a third of the cost of sorting by an index."""
        texts, width = len(starts), int(at.max(initial=0)).bit_length()
        ordered = np.sort(occurrences << width | at)
        terms = ordered >> width
        first = np.flatnonzero(np.diff(terms, prepend=-1))
        text, rows = terms[first] >> _BITS, terms[first] & _MASK
        often = np.diff(first, append=len(terms))
        values = _LOG_COUNT[np.minimum(often, len(_LOG_COUNT) - 1)] * self._idf[rows]
        length = np.sqrt(np.bincount(text, values**2, texts))
        bounds = np.searchsorted(text, np.arange(texts + 1))
        places = (ordered[first] & ((1 << width) - 1)) - starts[text]
        return Rows(rows, np.rint(values / length[text] * _FINE).astype(np.float32) / _FINE, bounds, places)
