"""Words that a scanner or a hurried hand ran together or broke apart: `nướctràn`, `đ ường`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache

from streams.classify.text.syllables import ONSETS, plain_syllables, syllables

Common = Callable[[str], float]
"""How common a word is; 0: never seen."""
_LONGEST_SYLLABLE = 7
_LONGEST_RUN = 300
_NEVER_SEEN = 0.02
"""Counts for a syllable that no text had: so that one rare syllable does not spoil a run of common ones."""
_TEXTS = 1000.0
_BARE_ONSETS = frozenset(ONSETS.split())


def is_syllable(word: str) -> bool:
    """Whether Vietnamese could have it, with its accents or without any."""
    return word in (plain_syllables() if word.isascii() else syllables())


def split_run(word: str, common: Common) -> list[str] | None:
    """The likeliest syllables of which a word (in lower case) is made; None if it is not made of at least two."""
    if not _LONGEST_RUN >= len(word) > 3:
        return None
    best: list[tuple[float, int]] = [(0.0, 0)]  # up to each letter: the cost so far, and where its last syllable begins
    for end in range(1, len(word) + 1):
        begins = range(max(0, end - _LONGEST_SYLLABLE), end)
        best.append(min(((best[at][0] + _cost(word[at:end], common), at) for at in begins), default=(math.inf, 0)))
    if math.isinf(best[-1][0]):
        return None
    parts: list[str] = []
    end = len(word)
    while end:
        parts.append(word[best[end][1] : end])
        end = best[end][1]
    return parts[::-1] if 1 < len(parts) <= len(word) / 2 and _likely(parts, common) else None


def _cost(part: str, common: Common) -> float:
    """In nats; more than none for every syllable, so that few long ones win."""
    return -math.log(max(common(part), _NEVER_SEEN) / _TEXTS) if is_syllable(part) else math.inf


def _likely(parts: Sequence[str], common: Common) -> bool:
    """Most of the syllables are known ones: a foreign word can be cut up too, but into rare ones."""
    return sum(common(part) >= 1 for part in parts) * 4 >= len(parts) * 3


def joined(words: Sequence[str], common: Common) -> list[tuple[int, int]]:
    """Neighbours (from, to) that make one known syllable together while one of them alone is none."""
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(words):
        end = next((end for end in (at + 3, at + 2) if end <= len(words) and _one_word(words[at:end], common)), at + 1)
        if end > at + 1:
            found.append((at, end))
        at = end
    return found


def _one_word(parts: Sequence[str], common: Common) -> bool:
    whole = "".join(parts)
    return all(map(_is_piece_or_word, parts)) and any(not is_syllable(part) for part in parts) and is_syllable(whole) and common(whole) >= 1


@cache
def _pieces() -> frozenset[str]:
    """Beginnings and endings of syllables."""
    return frozenset(part for whole in syllables() for at in range(1, len(whole)) for part in (whole[:at], whole[at:]))


def _is_piece_or_word(part: str) -> bool:
    return part in _pieces() or part in syllables() or part in _BARE_ONSETS
