"""Whether a text is about something in an alley, a hamlet or a cluster: those are nobody's but the ward's."""

from __future__ import annotations

from collections.abc import Sequence

from streams.classify.text.folding import fold
from streams.classify.text.typed import Typed

_ACCENTED = frozenset({"ngõ", "ngách", "hẻm", "kiệt", "thôn", "xóm"})
_PLAIN = frozenset(map(fold, _ACCENTED))
_CLUSTERS = frozenset({"tổ", "tdp"})
"""With a number or "dân phố" behind it; `to` alone is many a word."""
_SOME = _PLAIN | frozenset(map(fold, _CLUSTERS))
_LANDMARK = frozenset({"đầu", "cửa", "diện", "trước", "từ", "đến", "tới", "gần", "cạnh", "qua", "giữa", "số"})
"""Before it, the alley says where on the street: "đối diện ngõ 5", "từ ngõ 12 đến ngõ 40"."""
_LANDMARK_PLAIN = frozenset(map(fold, _LANDMARK))


def begins_as_alley(name: str) -> bool:
    """Whether it is an alley's name: `ngõ Tràng Tiền`."""
    return name.lower().split(" ", 1)[0] in _ACCENTED


def in_alley(text: Typed) -> bool:
    """The first alley, hamlet or cluster decides: the thing lies in it, or it is a landmark on a street."""
    words, plain = text.accented, text.plain
    if _SOME.isdisjoint(plain):
        return False
    for at, word in enumerate(words):
        if word in _ACCENTED or (word in _PLAIN and _means_alley(text, at)) or (word in _CLUSTERS and _counts(plain, at)):
            before = words[at - 1] if at else ""
            return before not in _LANDMARK and not (before == plain[at - 1] and before in _LANDMARK_PLAIN)
    return False


def _means_alley(text: Typed, at: int) -> bool:
    """Without its accents: with a number behind it, or in a text that has none."""
    return text.accented is text.plain or _number(text.plain, at + 1)


def _counts(plain: Sequence[str], at: int) -> bool:
    return _number(plain, at + 1) or plain[at + 1 : at + 3] == ["dan", "pho"]


def _number(plain: Sequence[str], at: int) -> bool:
    return at < len(plain) and plain[at][0].isdigit()
