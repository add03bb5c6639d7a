"""Words of a petition, folded (`schemas.platform.folding`)."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from schemas.platform.folding import fold

_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> frozenset[str]:
    """A set of words, written as one text."""
    return frozenset(text.split())


@cache
def common() -> frozenset[str]:
    """The words of `common_words.txt`."""
    text = resources.files(__package__).joinpath("common_words.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def content_words(text: str) -> list[str]:
    """Folded words in order, without common words and numbers."""
    return [word for word in _WORD.findall(fold(text)) if word not in common() and not word[0].isdigit() and len(word) > 1]
