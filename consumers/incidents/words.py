"""Words of a petition, folded: without accents and case, as people with and without a Vietnamese keyboard write the same thing."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources

_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Lower case, without accents; `đ` becomes `d`. As long as the text in NFC: positions stay the same."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(_folded(letter) for letter in composed)


def words_of(text: str) -> frozenset[str]:
    """A set of words, written as one text."""
    return frozenset(text.split())


@cache
def _folded(letter: str) -> str:
    if letter in "đĐ":
        return "d"
    base = unicodedata.normalize("NFD", letter)[0].lower()
    return base if len(base) == 1 else letter


@cache
def common() -> frozenset[str]:
    """The words of `common_words.txt`."""
    text = resources.files(__package__).joinpath("common_words.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def content_words(text: str) -> list[str]:
    """Folded words in order, without common words and numbers."""
    return [word for word in _WORD.findall(fold(text)) if word not in common() and not word[0].isdigit() and len(word) > 1]
