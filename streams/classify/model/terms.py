"""From a text to the terms that the model weighs: words and pairs of words, folded, and accented where an accent says more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from operator import ne

from streams.classify.text.folding import fold, fold_all, fold_words
from streams.classify.text.normal import normalise
from streams.classify.text.teencode import teencode
from streams.classify.text.words import words

MOST_WORDS = 3000
"""A text is read up to here: about 15 kB, far beyond what any petition needs to be understood."""
ACCENTED = "="
"""Marks a term with its accents, such as `=rác thải`; the folded term is `rac thai`."""
BARE_NUMBER = "0"
"""Stands for any number; alone it says nothing."""
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
        different = sum(map(ne, self.accented, self.plain), 0)
        return bool(different * 5 >= len(self.plain) and different > 0)


def typed(text: str) -> Typed:
    """Read a text. Never fails, whatever the text is."""
    return typed_all([text])[0]


def typed_all(texts: Iterable[str]) -> list[Typed]:
    """Read many texts; quicker than one by one."""
    written = [normalise(text) for text in texts]
    return [_typed(*both) for both in zip(written, fold_all(written), strict=True)]


def _typed(written: str, folded: str) -> Typed:
    accented = words(written)[:MOST_WORDS]
    plain = accented if written.isascii() else fold_words(accented)
    if not teencode().keys().isdisjoint(accented):
        accented, plain = _expanded(accented, plain)
    if _NUMBER.search(written):
        same = accented is plain
        accented = [word if word.isalpha() else _number(word) for word in accented]
        plain = accented if same else [word if word.isalpha() else _number(word) for word in plain]
    return Typed(written, folded, accented, plain)


def _expanded(accented: list[str], plain: list[str]) -> tuple[list[str], list[str]]:
    """Teencode replaced by plain words, in both lists at the same places."""
    table = teencode()
    pairs = [_pair(table[word]) if word in table else ((word,), (low,)) for word, low in zip(accented, plain, strict=True)]
    return [word for long, _ in pairs for word in long], [word for _, low in pairs for word in low]


@cache
def _pair(full: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(full.split(" ")), tuple(fold(full).split(" "))


def _number(word: str) -> str:
    return word if word in _TELLING_NUMBERS else _NUMBER.sub(BARE_NUMBER, word)


def terms(text: Typed) -> list[str]:
    """All terms with their repetitions; a bare number is none."""
    accented, plain = text.accented, text.plain
    found = [word for word in plain if word != BARE_NUMBER]
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
