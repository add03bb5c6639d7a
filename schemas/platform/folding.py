"""Texts without accents and case, as people with and without a Vietnamese keyboard write the same thing."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Lower case, without accents; `đ` becomes `d`. As long as the text in NFC: positions stay the same."""
    return unicodedata.normalize("NFC", text).translate(_LETTERS)


class _Letters(dict[int, str]):
    """A letter's code → the letter folded; found out when it is first asked for."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _folded(chr(code))
        return found


_LETTERS = _Letters()


def _folded(letter: str) -> str:
    if letter in "đĐ":
        return "d"
    base = unicodedata.normalize("NFD", letter)[0].lower()
    return base if len(base) == 1 else letter
