"""Texts without accents and case, as people with and without a Vietnamese keyboard write the same thing."""

from __future__ import annotations

import unicodedata
from functools import cache


def fold(text: str) -> str:
    """Lower case, without accents; `đ` becomes `d`. As long as the text in NFC: positions stay the same."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(_folded(letter) for letter in composed)


@cache
def _folded(letter: str) -> str:
    if letter in "đĐ":
        return "d"
    base = unicodedata.normalize("NFD", letter)[0].lower()
    return base if len(base) == 1 else letter
