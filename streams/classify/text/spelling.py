"""Slips of the finger in a word: a tone on the wrong letter, a horn forgotten, two letters swapped, one missing, doubled or beside."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from streams.classify.text.folding import fold
from streams.classify.text.syllables import syllable, taken_apart

Common = Callable[[str], float]
_TWICE = re.compile(r"(.)\1+")
_SHORTEST, _LONGEST = 3, 8
_LEAST = 3.0
"""Texts of a thousand that must have a word before something else is taken for it."""


def right_marks(word: str) -> str | None:
    """`ngừơi`, `nguời`, `phưòngg` → `người`, `phường`; None if that makes no syllable."""
    base, tone = taken_apart(word)
    spellings = (base, base.replace("ưo", "ươ").replace("uơ", "ươ"), _TWICE.sub(r"\1", base))
    return next((made for spelling in spellings if (made := syllable(spelling, tone)) and made != word), None)


class Speller:
    """Finds common words at one slip from another: both have the same rest when one letter is taken out of each."""

    def __init__(self, words: Iterable[str], common: Common) -> None:
        self._common = common
        self._by_rest: dict[str, set[str]] = defaultdict(set)
        for word in words:
            if _SHORTEST - 1 <= len(word) <= _LONGEST and word.isalpha() and common(word) >= _LEAST:
                for rest in _rests(word):
                    self._by_rest[rest].add(word)

    def meant(self, before: str, word: str, after: str) -> str | None:
        """The word without accents that was most likely meant, its neighbours heard; None if none is common enough."""
        plain = fold(word)
        if not _SHORTEST <= len(plain) <= _LONGEST:
            return None
        near = {other for rest in _rests(plain) for other in self._by_rest.get(rest, ()) if _one_slip(plain, other)}
        return max(near, key=lambda other: (self._weight(before, other, after), other), default=None)

    def _weight(self, before: str, word: str, after: str) -> float:
        """A pair that is known says more than a word that is frequent."""
        return self._common(word) + 100 * (self._common(f"{fold(before)} {word}") + self._common(f"{word} {fold(after)}"))


def _rests(word: str) -> Iterator[str]:
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def _one_slip(typed: str, meant: str) -> bool:
    """One letter too many, too few or another, or two neighbours swapped."""
    if len(typed) != len(meant):
        return True  # they share a rest
    different = [at for at, (one, other) in enumerate(zip(typed, meant, strict=True)) if one != other]
    if len(different) < 2:
        return True
    first, last = different[0], different[-1]
    return len(different) == 2 and last == first + 1 and typed[first] == meant[last] and typed[last] == meant[first]
