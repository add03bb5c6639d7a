"""Reads the texts of a batch: made legible and ready, mended where much was not understood, with the language of each."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from streams.classify.found import Asked
from streams.classify.model.frequency import Frequency
from streams.classify.model.lookup import Glance, Lookup, Words
from streams.classify.text.english import glossed
from streams.classify.text.language import by_script, by_small_words, is_english
from streams.classify.text.legible import legible
from streams.classify.text.repair import Repair
from streams.classify.text.typed import Typed, typed, typed_all

_LOOK_CLOSER = 0.04
"""Share of the letters in strange words from which on a text is mended; one name or foreign word in a longer text stays below."""


class Read(msgspec.Struct, frozen=True, gc=False):
    """The texts, their words as numbers, what these show, and each text's language (ISO 639-1)."""

    texts: list[Typed]
    words: Words
    glance: Glance
    languages: list[str]


class Reader:
    """Holds the model's vocabulary; what it mends depends on that."""

    def __init__(self, lookup: Lookup, common: Frequency) -> None:
        self._lookup = lookup
        self._repair = Repair(common.words(), common)

    def read(self, asked: Sequence[Asked]) -> Read:
        """Never raises because of a text."""
        texts = typed_all(legible(one.text) for one in asked)
        words = self._lookup.words(texts)
        glance = self._lookup.glance(words)
        languages = [_language(text, *one) for text, one in zip(texts, glance.each(), strict=True)]
        new = {
            at: self._better(texts[at], languages[at])
            for at, strange in enumerate(glance.strange)
            if languages[at] == "en" or (strange > _LOOK_CLOSER and languages[at] == "vi")
        }
        if new:
            words = self._lookup.exchanged(words, new)
            glance = self._lookup.glance(words)
            texts = [new.get(at, text) for at, text in enumerate(texts)]
        return Read(texts, words, glance, languages)

    def _better(self, text: Typed, language: str) -> Typed:
        """An English text with the words that it would have in Vietnamese, another mended."""
        if language == "en":
            return glossed(text)
        mended = self._repair(text.written)
        return text if mended == text.written else typed(mended)


def _language(text: Typed, strange: float, english: int, vietnamese: int) -> str:
    """Vietnamese unless the letters or the small words say otherwise."""
    if not text.folded.isascii() and (code := by_script(text.written)):
        return code
    if is_english(english, vietnamese):
        return "en"
    return (by_small_words(text.accented) if strange > _LOOK_CLOSER else None) or "vi"
