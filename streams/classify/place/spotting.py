"""Finds names of places in a text: one pass of an Aho-Corasick automaton over the folded text, then a closer look at each hit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import ahocorasick
import msgspec

from streams.classify.place.gazetteer import Meaning, Name, Sort, by_key
from streams.classify.place.words import LONGEST, Role, ordinary, role_after, roles
from streams.classify.text.folding import fold

_UNITS = (Role.WARD, Role.COMMUNE, Role.TOWN, Role.DISTRICT)
_LOOK_BACK = 40
_HOUSE = re.compile(
    r"(?:ngõ|ngo|ngách|ngach|hẻm|hem|số|so|nhà|nha|kiệt|kiet|sn)\s*(?:số\s*|so\s*)?\d[\w/.-]*$"
    r"|(?:^|[,.(:;]\s*)\d{1,4}[a-z]?$"
)
_CLUSTER = re.compile(
    r"(?:tổ|to|xóm|xom|thôn|thon|cụm|cum|tdp|phố|pho|đội|doi|khu|lô|lo|tòa|toa|ct|kđt|kdt|khối|khoi)\s*(?:số\s*|so\s*)?\d+\w*$"
)
_OLD = re.compile(r"\s*[(,]?\s*(?:cũ|ngày trước|trước đây|trước kia|truoc day|truoc kia)(?!\w)")
_OLD_PLAIN = re.compile(r"\s*[(,]?\s*(?:cu|truoc day|truoc kia)(?!\w)")
_TONES = dict.fromkeys((0x300, 0x301, 0x303, 0x309, 0x323))


class Mention(msgspec.Struct, frozen=True, gc=False):
    """A name in a text. `said`: as written, with its prefix; `role`: what the words around make of it; `old`: "cũ" follows
    (`end` is after it); `titled`: each word begins with a capital letter; `ordinary`: the name is an ordinary word too."""

    said: str
    start: int
    end: int
    role: Role
    meanings: tuple[Meaning, ...]
    old: bool
    titled: bool
    ordinary: bool

    def of(self, *sorts: Sort) -> tuple[Meaning, ...]:
        return tuple(meaning for meaning in self.meanings if meaning.sort in sorts)


class _Text(msgspec.Struct, frozen=True, gc=False):
    """The same text three times, character by character: as written, in lower case, folded."""

    written: str
    lowered: str
    folded: str
    marked: bool

    @property
    def read(self) -> str:
        return self.lowered if self.marked else self.folded


class Spotter:
    """Holds the automaton. Thread-safe: nothing changes after the start."""

    def __init__(self) -> None:
        self._automaton = ahocorasick.Automaton()
        for key, group in by_key().items():
            self._automaton.add_word(f" {key} ", (len(key), group))
        self._automaton.make_automaton()

    def spot(self, written: str, folded: str, flat: str) -> list[Mention]:
        """The mentions in their order. `written` is normalised, `folded` and `flat` as in `Typed`; without overlap, the longest wins."""
        hits = [(end - length - 1, end - 1, group) for end, (length, group) in self._automaton.iter(f" {flat} ")]
        if not hits:
            return []
        lowered = written.lower()
        text = _Text(written, lowered, folded, lowered != folded)
        if len(lowered) != len(folded) or len(written) != len(folded):
            text = _Text(folded, folded, folded, False)
        mentions = [mention for start, end, group in hits if (mention := _mention(text, start, end, group))]
        return _longest(mentions, len(folded)) if len(mentions) > 1 else mentions


def _longest(mentions: list[Mention], length: int) -> list[Mention]:
    kept: list[Mention] = []
    taken = bytearray(length)
    for mention in sorted(mentions, key=lambda m: (m.start - m.end, m.start)):
        if not any(taken[mention.start : mention.end]):
            taken[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def _mention(text: _Text, start: int, end: int, group: tuple[Name, ...]) -> Mention | None:
    folded = text.folded
    exact, partly = _meant(text.lowered[start:end], group)
    if not exact and not partly:
        return None
    titled = _titled(text.written[start:end])
    role, begin = _role(text, start)
    if role in (Role.NONE, Role.AREA):
        role = role_after(folded[end : end + 12]) or role
    if not exact and text.marked and not titled and role not in _UNITS:
        return None
    old = (_OLD if text.marked else _OLD_PLAIN).match(text.read, end)
    common = folded[start:end] in ordinary() or " " not in folded[start:end]
    meanings = tuple(meaning for name in exact or partly for meaning in name.meanings)
    after = old.end() if old else end
    return Mention(text.written[begin:end], begin, after, role, meanings, old is not None, titled, common)


def _meant(said: str, group: tuple[Name, ...]) -> tuple[list[Name], list[Name]]:
    """Names written with their accents, else those of which some accents are missing; these count only where a prefix or capital
    letters say that a place is meant, or the whole text has no accents. A wrong accent is another word."""
    exact = [name for name in group if name.name.lower() == said]
    return exact, [] if exact else [name for name in group if _accents_missing(said, name.name)]


def _accents_missing(said: str, name: str) -> bool:
    return len(said) == len(name) and all(char in _weaker(true) for char, true in zip(said, name.lower(), strict=True))


@cache
def _weaker(char: str) -> frozenset[str]:
    """The character, without its tone, without its hat and hook."""
    toneless = unicodedata.normalize("NFC", unicodedata.normalize("NFD", char).translate(_TONES))
    return frozenset({char, toneless, fold(char)})


def _titled(said: str) -> bool:
    return all(not word[0].islower() for word in said.split())


def _role(text: _Text, start: int) -> tuple[Role, int]:
    """What the words before mean, and where the mention begins: with a unit's prefix, or at the name."""
    cut = max(0, start - _LOOK_BACK)
    before = text.read[cut:start]
    bare = before.rstrip(" .:'\"(-–#")
    between = before[len(bare) :]
    words = bare.split(" ")[-LONGEST:] if bare else []
    if not words or bare[-1] in ",;!?)/" or ("." in between and len(words[-1]) > 4):
        return Role.NONE, start
    if any(char.isdigit() for char in words[-1]):
        return _numbered(bare), start
    table = roles("accented" if text.marked else "plain")
    for joined in _tails(words):
        role = table.get(joined)
        if role is not None:
            return role, start - len(between) - len(joined) if role in _UNITS else start
    return Role.NONE, start


def _numbered(bare: str) -> Role:
    if _CLUSTER.search(bare):
        return Role.AREA
    return Role.STREET if _HOUSE.search(bare) else Role.NONE


def _tails(words: list[str]) -> Iterator[str]:
    for first in range(len(words)):
        yield " ".join(words[first:]).lstrip("(,.;:-\"'")
