"""From a text to the terms that the model weighs: words and pairs of words, folded, and accented where an accent says more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import ne

from streams.classify.text import expand, fold, normalise, words

MOST_WORDS = 3000
"""A text is read up to here: about 15 kB, far beyond what any petition needs to be understood."""
ACCENTED = "="
"""Marks a term with its accents, such as `=rác thải`; the folded term is `rac thai`."""
_NUMBER = re.compile(r"\d+")
_TELLING_NUMBERS = frozenset({"111", "112", "113", "114", "115"})


@dataclass(frozen=True, slots=True)
class Typed:
    """A text made ready: `written` is normalised, `folded` is `written` folded; `accented` and `plain` are its words, side by
    side, with teencode expanded."""

    written: str
    folded: str
    accented: list[str]
    plain: list[str]

    @property
    def has_accents(self) -> bool:
        """Whether it was typed with diacritics (a few words may lack them)."""
        if self.accented is self.plain:
            return False
        different = sum(map(ne, self.accented, self.plain))
        return different * 5 >= len(self.plain) and different > 0


def typed(text: str) -> Typed:
    """Read a text. Never fails, whatever the text is."""
    written = normalise(text)
    accented = expand(words(written)[:MOST_WORDS])
    if _NUMBER.search(written):
        accented = [word if word.isalpha() else _number(word) for word in accented]
    joined = " ".join(accented)
    plain = accented if joined.isascii() else fold(joined).split(" ")
    return Typed(written, fold(written), accented, plain)


def _number(word: str) -> str:
    return word if word in _TELLING_NUMBERS else _NUMBER.sub("0", word)


def terms(text: Typed) -> list[str]:
    """All terms with their repetitions; a bare number is none."""
    accented, plain = text.accented, text.plain
    found = [word for word in plain if word != "0"]
    found += map(" ".join, pairwise(plain))
    if accented is not plain:
        found += _accented(accented, plain)
    return found


def _accented(accented: Sequence[str], plain: Sequence[str]) -> list[str]:
    differs = list(map(ne, accented, plain))
    found = [f"={word}" for word, different in zip(accented, differs, strict=True) if different]
    pairs = zip(accented, accented[1:], differs, differs[1:], strict=False)
    found += [f"={first} {second}" for first, second, one, other in pairs if one or other]
    return found
