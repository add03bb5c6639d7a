"""Finds names of places in a text: one pass of an Aho-Corasick automaton over the folded text, then a closer look at each hit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Literal

import ahocorasick
import msgspec

from streams.classify.place.gazetteer import Meaning, Name, Sort, by_key
from streams.classify.place.words import LONGEST, Role, endings, ordinary, role_after, roles
from streams.classify.text.folding import fold

_UNITS = (Role.WARD, Role.COMMUNE, Role.TOWN, Role.DISTRICT)
_LOOK_BACK = 40
_OPENING = "(,.;:-\"'#"
_HOUSE = re.compile(
    r"(?:ngõ|ngo|ngách|ngach|hẻm|hem|số|so|nhà|nha|kiệt|kiet|sn)\s*(?:số\s*|so\s*)?\d[\w/.-]*$"
    r"|(?:^|[,.(:;]\s*)\d{1,4}[a-z]?$"
)
_CLUSTER = re.compile(
    r"(?:tổ|to|xóm|xom|thôn|thon|cụm|cum|tdp|phố|pho|đội|doi|khu|lô|lo|tòa|toa|ct|kđt|kdt|khối|khoi)\s*(?:số\s*|so\s*)?\d+\w*$"
)
# "phường Nghĩa Đô ngày trước râm mát" tells of other days, not of another ward
_OLD = re.compile(r"\s*[(,]?\s*(?:cũ(?!\w)|(?:ngày trước|trước đây|trước kia|truoc day|truoc kia)(?=\s*(?:[),.;:!?]|$)))")
_OLD_PLAIN = re.compile(r"\s*[(,]?\s*(?:cu(?!\w)|(?:truoc day|truoc kia)(?=\s*(?:[),.;:!?]|$)))")
_TONES = dict.fromkeys((0x300, 0x301, 0x303, 0x309, 0x323))


class Sense(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What a mention says, wherever it stands: one object for one sense. `role`: what the words around make of the name; `old`: "cũ"
    follows; `titled`: each word begins with a capital letter; `ordinary`: the name is an ordinary word too, as those of one word are;
    `names`: those that may be meant, in lower case."""

    meanings: tuple[Meaning, ...]
    role: Role
    old: bool
    titled: bool
    ordinary: bool
    one_word: bool
    names: tuple[str, ...] = ()

    def of(self, *sorts: Sort) -> tuple[Meaning, ...]:
        return tuple([meaning for meaning in self.meanings if meaning.sort in sorts])


class Mention(msgspec.Struct, frozen=True, gc=False):
    """A name in a text. `said`: as written, with its prefix; `end` is after "cũ", if that follows."""

    said: str
    start: int
    end: int
    sense: Sense


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

    def __init__(self, names: Mapping[str, tuple[Name, ...]] | None = None) -> None:
        """`names`: folded and flattened → the names that give it; without them, all of the gazetteer."""
        self._automaton = ahocorasick.Automaton()
        for key, group in (by_key() if names is None else names).items():
            self._automaton.add_word(f" {key} ", (len(key), group))
        self._automaton.make_automaton()

    def spot(self, written: str, folded: str, flat: str) -> list[Mention]:
        """The mentions in their order. `written` is normalised, `folded` and `flat` as in `Typed`; without overlap, the longest wins."""
        if not len(self._automaton):
            return []
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
    """The name at this place, if its letters and the words around it bear out that a place is meant."""
    names, exact = _meant(text.lowered[start:end], group)
    if not names:
        return None  # "đóng đa": a wrong accent is another word
    titled = _titled(text.written[start:end])
    role, begin = _role(text, start)
    if role in (Role.NONE, Role.AREA):
        role = role_after(text.folded[end : end + 12]) or role  # "Ba Dinh ward"
    if not exact and text.marked and not titled and role not in _UNITS:
        return None  # "ở khu lang bác": in a text with accents a small, unaccented "lang" is no name
    old = (_OLD if text.marked else _OLD_PLAIN).match(text.read, end)  # "phường Đại Kim cũ", "(trước đây)"
    return Mention(text.written[begin:end], begin, old.end() if old else end, _sense(names, role, old is not None, titled))


@lru_cache(maxsize=65_536)
def _sense(names: tuple[Name, ...], role: Role, old: bool, titled: bool) -> Sense:  # noqa: FBT001 -- cached by position
    plain = fold(names[0].name)
    one_word = " " not in plain
    meanings = tuple([meaning for name in names for meaning in name.meanings])
    return Sense(meanings, role, old, titled, one_word or plain in ordinary(), one_word, tuple([name.lowered for name in names]))


def _meant(said: str, group: tuple[Name, ...]) -> tuple[tuple[Name, ...], bool]:
    """Names written with their accents (True), else those of which some accents are missing (False); these count only where a prefix or
    capital letters say that a place is meant, or the whole text has no accents. A wrong accent is another word."""
    exact = tuple([name for name in group if name.lowered == said])
    if exact:
        return exact, True
    return tuple([name for name in group if _accents_missing(said, name.lowered)]), False


def _accents_missing(said: str, name: str) -> bool:
    return len(said) == len(name) and all(char in _weaker(true) for char, true in zip(said, name, strict=True))


@cache
def _weaker(char: str) -> frozenset[str]:
    """The character, without its tone, without its hat and hook."""
    toneless = unicodedata.normalize("NFC", unicodedata.normalize("NFD", char).translate(_TONES))
    return frozenset({char, toneless, fold(char)})


def _titled(said: str) -> bool:
    return not said[0].islower() and (" " not in said or all(not word[0].islower() for word in said.split()))


def _role(text: _Text, start: int) -> tuple[Role, int]:
    """What the words before mean, and where the mention begins: with a unit's prefix, or at the name."""
    before = text.read[max(0, start - _LOOK_BACK) : start]
    bare = before.rstrip(" .:'\"(-–#")
    if not bare or bare[-1] in ",;!?)/":
        return Role.NONE, start  # "gần chợ, Láng": the comma parts them
    between = before[len(bare) :]
    words = bare.rsplit(" ", LONGEST)[-LONGEST:]
    if "." in between and len(words[-1]) > 4:
        return Role.NONE, start  # a sentence has ended; in "P. Láng" it has not
    if any(map(str.isdigit, words[-1])):
        return _numbered(bare), start
    kind: Literal["accented", "plain"] = "accented" if text.marked else "plain"
    if words[-1].lstrip(_OPENING) not in endings(kind):
        return Role.NONE, start
    table = roles(kind)
    for joined in _tails(words):
        role = table.get(joined)
        if role is not None:
            return role, start - len(between) - len(joined) if role in _UNITS else start
    return Role.NONE, start


def _numbered(bare: str) -> Role:
    """`ngõ 5 Láng` and `số 12 Láng` are in a street, `tổ 5 Láng` is in a place."""
    if _CLUSTER.search(bare):
        return Role.AREA
    return Role.STREET if _HOUSE.search(bare) else Role.NONE


def _tails(words: list[str]) -> Iterator[str]:
    """The longest first: `ủy ban nhân dân` before `dân`."""
    for first in range(len(words)):
        yield " ".join(words[first:]).lstrip(_OPENING)
