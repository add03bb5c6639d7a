"""Does a text tell of danger, by its phrases alone? For words that come after a petition, where no model is at hand."""

from __future__ import annotations

from collections.abc import Callable

from streams.classify.danger.lexicon import Lexicon
from streams.classify.text.typed import typed

ALARMING_FROM = 2.0
"""One phrase that speaks of nothing but danger, such as `điện giật`, with none that takes it back: rather a false alarm."""


def alarm(lexicon: Lexicon) -> Callable[[str], bool]:
    """A judge of texts; it never raises, whatever a text is."""

    def alarming(text: str) -> bool:
        read = typed(text)
        return lexicon.search(read, accented=read.has_accents).weight >= ALARMING_FROM

    return alarming
