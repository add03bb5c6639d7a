"""From a text to the terms that the model weighs: words and pairs of words, folded, and accented where an accent says more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from operator import ne

from streams.classify.text.typed import Typed

ACCENTED = "="
"""Marks a term with its accents, such as `=rác thải`; the folded term is `rac thai`."""
BARE_NUMBER = "0"
"""Stands for any number; alone it says nothing."""
_NUMBER = re.compile(r"\d+")
_TELLING_NUMBERS = frozenset({"111", "112", "113", "114", "115"})


def number_or_word(word: str) -> str:
    """Any number as `0` (`12a` → `0a`), except those that say something by themselves."""
    return word if word.isalpha() or word in _TELLING_NUMBERS else _NUMBER.sub(BARE_NUMBER, word)


def terms(text: Typed) -> list[str]:
    """All terms with their repetitions; a bare number is none."""
    accented = [number_or_word(word) for word in text.accented]
    plain = accented if text.accented is text.plain else [number_or_word(word) for word in text.plain]
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
