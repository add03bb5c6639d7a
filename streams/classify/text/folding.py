"""Lower case without diacritics, for one text and for many at once, letter by letter side by side."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint32]
_MARKS = range(0x0300, 0x0370)
_TABLE_END = 0x2E80
SEPARATOR = "\n"
"""Between texts that are handled together; a normalised text has none."""


def _fold_table() -> dict[int, str]:
    table: dict[int, str] = {ord("đ"): "d", ord("Đ"): "d", ord("ı"): "i", ord("ø"): "o", ord("ł"): "l"}
    for code in (*range(0x00C0, 0x0250), *range(0x1E00, 0x1F00)):
        plain = "".join(ch for ch in unicodedata.normalize("NFD", chr(code).lower()) if not unicodedata.combining(ch))
        if code not in table and plain != chr(code):
            table[code] = plain
    return table | dict.fromkeys(_MARKS, "")


_FOLD = _fold_table()


def fold(text: str) -> str:
    """Lower case without diacritics; đ becomes d. Idempotent."""
    lowered = text.lower()
    return lowered if lowered.isascii() else lowered.translate(_FOLD)


_WORD_OR_SPACE = bytes(code if (code < 0x80 and chr(code).isalnum()) or code == 0x0A else 0x20 for code in range(256))


def flatten(folded: str) -> str:
    """A folded text with a space in place of each character that is no Latin letter, digit or `SEPARATOR`; of the same length."""
    return folded.encode("ascii", "replace").translate(_WORD_OR_SPACE).decode()


def _letter_table() -> Codes:
    """Code point by code point: what `fold` gives for one lower-case letter, 0 where it gives nothing."""
    table = np.arange(_TABLE_END, dtype=np.uint32)
    for code in range(_TABLE_END):
        table[code] = ord(_FOLD[code]) if _FOLD.get(code) else 0 if code in _FOLD else code
    return table


_LETTERS = _letter_table()


def codes_of(text: str) -> Codes:
    """The code points; lone surrogates are letters like any other."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def text_of(codes: Codes) -> str:
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


def fold_codes(lowered: Codes) -> Codes:
    """`fold`, code by code; a mark that folds to nothing becomes 0, so that the letters stay side by side."""
    folded = np.take(_LETTERS, lowered, mode="clip")
    return np.where(lowered < _TABLE_END, folded, lowered)


def fold_all(texts: Sequence[str]) -> list[str]:
    """`fold` for many normalised texts at once, several times as fast: one look-up in a table for all their letters."""
    if not texts:
        return []
    lowered = SEPARATOR.join(texts).lower()
    if lowered.isascii():
        return lowered.split(SEPARATOR)
    folded = fold_codes(codes_of(lowered))
    return text_of(folded[folded != 0]).split(SEPARATOR)
