"""The words of a text."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """The words of a text in lower case, accents kept, without punctuation and emoji."""
    return _WORD.findall(text.lower().replace("_", " "))
