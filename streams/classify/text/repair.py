"""Puts right, word by word, a text of which much was not understood: keystrokes, spacing, spelling. Words that the model knows stay as they
are, so that English stays English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from streams.classify.text.keystrokes import telex, vni
from streams.classify.text.spacing import is_syllable, joined, split_run
from streams.classify.text.spelling import Speller, right_marks
from streams.classify.text.teencode import teencode

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
        rest = "".join(parts[2 * _MOST_WORDS :])
        words, gaps = self._rejoined(self._retyped(parts[: 2 * _MOST_WORDS : 2]), [*parts[1 : 2 * _MOST_WORDS : 2], rest])
        words = [self._put_right(word) for word in words]
        words = self._respelt(words)
        return "".join(part for pair in zip(words, gaps, strict=False) for part in pair)

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

    def _put_right(self, word: str) -> str:
        """A word that is none, as it was meant; as it is, if that cannot be told."""
        low = word.lower()
        if self._known(low):
            return word
        glued = _GLUED.match(word)
        if glued and all(map(self._known, glued.groups())):
            return f"{glued[1]} {glued[2]}"  # ngõ48, 7giờ
        if not word.isalpha():
            return word
        new = self._meant(telex(low)) or self._meant(right_marks(low))
        run = None if new else split_run(low, self._common)
        return _cased(word, new or " ".join(run or (low,)))

    def _respelt(self, words: list[str]) -> list[str]:
        """What is still none is taken for a slip, where the words around are understood."""
        strange = [at for at, word in enumerate(words) if word.isalpha() and not self._known(word)]
        if len(strange) * 2 > len(words):
            return words
        heard = [word.lower() for word in words]
        for at in strange:
            before, after = (heard[place] if 0 <= place < len(heard) else "" for place in (at - 1, at + 1))
            words[at] = _cased(words[at], self._speller.meant(before, heard[at], after) or heard[at])
        return words

    def _meant(self, new: str | None) -> str | None:
        """A word of one letter is never what was meant: `aaaa` is a finger on the keyboard."""
        return new if new and len(new) > 1 and self._common(new) else None

    def _known(self, word: str) -> bool:
        word = word.lower()
        return self._common(word) > 0 or word.isdecimal() or is_syllable(word) or word in teencode()


def _cased(old: str, new: str) -> str:
    """Capitals as they were: they tell names."""
    if old.isupper() and len(old) > 1:
        return new.upper()
    return new[:1].upper() + new[1:] if old[:1].isupper() else new
