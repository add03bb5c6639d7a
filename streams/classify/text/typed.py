"""A text made ready for all that reads it: normalised, folded, and as words; many texts at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from operator import ne

import msgspec
import numpy as np

from streams.classify.text.folding import SEPARATOR, codes_of, flatten, fold, fold_codes, text_of
from streams.classify.text.normal import normalise
from streams.classify.text.teencode import teencode

MOST_WORDS = 3000
"""A text is read up to here: about 15 kB, far beyond what any petition needs to be understood."""
_SPACE = 0x20


class Typed(msgspec.Struct, frozen=True, gc=False):
    """`written` is normalised; `folded` is `written` folded; `flat` is `folded` with a space for all that is no Latin letter or digit.
    `accented` and `plain` are the words, side by side, teencode expanded."""

    written: str
    folded: str
    flat: str
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
    if not written:
        return []
    lowered = SEPARATOR.join(written).lower()
    if lowered.isascii():
        lines = flatten(lowered).split(SEPARATOR)
        return [_typed(*one) for one in zip(written, lowered.split(SEPARATOR), lines, lines, strict=True)]
    codes = codes_of(lowered)
    folded = fold_codes(codes)
    if len(written) > 1 and not folded.all():
        return [typed(text) for text in written]  # some mark folds to nothing: rare, and its text alone is to bear the cost
    kept = folded != 0
    together = text_of(folded[kept])
    flat = flatten(together)
    accented = text_of(np.where(np.frombuffer(flat.encode(), np.uint8) == _SPACE, np.uint32(_SPACE), codes[kept]))
    return [_typed(*one) for one in zip(written, *(part.split(SEPARATOR) for part in (together, flat, accented)), strict=True)]


def _typed(written: str, folded: str, flat: str, accented: str) -> Typed:
    plain = flat.split()[:MOST_WORDS]
    words = plain if accented == flat else accented.split()[:MOST_WORDS]
    if not teencode().keys().isdisjoint(words):
        accented_words, plain = _expanded(words, plain)
        words = plain if accented == flat else accented_words  # what was typed without diacritics stays without
    return Typed(written, folded, flat, words, plain)


def _expanded(accented: Sequence[str], plain: Sequence[str]) -> tuple[list[str], list[str]]:
    """Teencode replaced by plain words, in both lists at the same places."""
    table = teencode()
    pairs = [_pair(table[word]) if word in table else ((word,), (low,)) for word, low in zip(accented, plain, strict=True)]
    return [word for long, _ in pairs for word in long], [word for _, low in pairs for word in low]


@cache
def _pair(full: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(full.split(" ")), tuple(fold(full).split(" "))
