"""Puts right, word by word, a text of which much was not understood: keystrokes, spacing, spelling. Words that the model knows stay as they
are, so that English stays English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from streams.classify.text.keystrokes import telex, vni
from streams.classify.text.spacing import is_syllable, joined, split_run
from streams.classify.text.spelling import Speller, right_marks

Common = Callable[[str], float]
"""How common a word or a pair of words is; 0: never seen."""
_PARTS = re.compile(r"(\W+)")
_GLUED = re.compile(r"([^\W\d_]{2,}(?=\d)|\d+(?=[^\W\d_]))(\w+)$")
_MOST_WORDS = 600
"""Further on a text is left as it is: what it is about has been said."""
_ENOUGH = 2
"""So many words that only an input method would make of them show that none was at work."""


class Repair:
    """Pure; `words` and how `common` they are come from the model's vocabulary."""

    def __init__(self, words: Iterable[str], common: Common) -> None:
        self._common = common
        self._speller = Speller(words, common)

    def __call__(self, written: str) -> str:
        """A normalised text with its words put right; the same text if nothing could be."""
        parts = _PARTS.split(written, maxsplit=_MOST_WORDS)
        words, gaps = parts[: 2 * _MOST_WORDS : 2], [*parts[1 : 2 * _MOST_WORDS : 2], "".join(parts[2 * _MOST_WORDS :])]
        words = self._retyped(words)
        words, gaps = self._rejoined(words, gaps)
        put_right = [self._put_right(words, at) for at in range(len(words))]
        return "".join(part for pair in zip(put_right, gaps, strict=False) for part in pair)

    def _retyped(self, words: Sequence[str]) -> list[str]:
        """By the input method that was meant, if there are words enough that show it; else as they were."""
        for method in (vni, telex):
            made = [method(word) for word in words]
            telling = [new for old, new in zip(words, made, strict=True) if new and not self._known(old) and self._common(new)]
            if len(telling) >= _ENOUGH and len(telling) * 6 >= len(words):
                return [self._better(*pair) for pair in zip(words, made, strict=True)]
        return list(words)

    def _better(self, old: str, new: str | None) -> str:
        """`car` is `cả` among Telex, unless petitions speak of it more often as it stands."""
        low = old.lower()
        return old if new is None or self._common(new) < self._common(low) else _cased(old, new)

    def _rejoined(self, words: list[str], gaps: list[str]) -> tuple[list[str], list[str]]:
        spans = joined([word.lower() for word in words], self._common)
        for start, end in reversed(spans):
            if all(gap in (" ", "- ", "-") for gap in gaps[start : end - 1]):
                words[start:end], gaps[start:end] = ["".join(words[start:end])], [gaps[end - 1]] if end <= len(gaps) else []
        return words, gaps

    def _put_right(self, words: Sequence[str], at: int) -> str:
        word = words[at]
        low = word.lower()
        if self._known(low):
            return word
        glued = _GLUED.match(word)
        if glued and all(map(self._known, glued.groups())):
            return f"{glued[1]} {glued[2]}"  # ngõ48, 7giờ
        if not word.isalpha():
            return word
        new = self._meant(low, telex(low)) or self._meant(low, right_marks(low))
        if new:
            return _cased(word, new)
        run = split_run(low, self._common)
        if run:
            return _cased(word, " ".join(run))
        before, after = (words[place].lower() if 0 <= place < len(words) else "" for place in (at - 1, at + 1))
        return _cased(word, self._speller.meant(before, low, after) or low)

    def _meant(self, old: str, new: str | None) -> str | None:
        return new if new and self._common(new) and not self._known(old) else None

    def _known(self, word: str) -> bool:
        word = word.lower()
        return self._common(word) > 0 or word.isdecimal() or is_syllable(word)


def _cased(old: str, new: str) -> str:
    """Capitals as they were: they tell names."""
    if old.isupper() and len(old) > 1:
        return new.upper()
    return new[:1].upper() + new[1:] if old[:1].isupper() else new
