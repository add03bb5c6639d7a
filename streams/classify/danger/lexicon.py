"""Phrases that an operator can edit: what makes a petition urgent or complex. Found by Aho-Corasick in one pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

import ahocorasick
import msgspec

from streams.classify.danger.calls import calls
from streams.classify.text.folding import fold
from streams.classify.text.normal import normalise
from streams.classify.text.typed import Typed
from streams.classify.text.words import words

_COMPLEX = "complex"
_WHOLE_WORDS = " "
_AS_ACCENTED = "="


class BadLexiconError(ValueError):
    """A line that cannot be read; the message has its number."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """`weight` raises or lowers the urgency; `complex_` marks the complex level. `folded` also stands for accented phrases
    that look alike without diacritics. `danger`: the kind of danger that it names, of `calls.csv`; `as_accented`: not looked for in a text
    without diacritics, where its letters mostly mean another word."""

    text: str
    weight: float
    complex_: bool = False
    danger: str = ""
    as_accented: bool = False


class Hits(msgspec.Struct, frozen=True, gc=False):
    """What was found: the sum of the weights, the phrases that raise it, those that lower it, those of the complex level, and the kinds of
    danger that are named, those that weigh most first."""

    weight: float = 0.0
    raising: tuple[str, ...] = ()
    lowering: tuple[str, ...] = ()
    complex_: tuple[str, ...] = ()
    dangers: tuple[str, ...] = ()


_NONE = Hits()


def parse(text: str) -> list[Phrase]:
    """`WEIGHT<TAB>[=]PHRASE[<TAB>DANGER]` a line; raises `BadLexiconError`."""
    return [_phrase(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip() and not line.startswith("#")]


def _phrase(number: int, line: str) -> Phrase:
    weight, phrase, danger, *_ = *line.split("\t"), "", ""
    plain, danger = " ".join(words(normalise(phrase))), danger.strip()
    if not plain:
        raise BadLexiconError(f"line {number}: expected WEIGHT<TAB>PHRASE[<TAB>DANGER]")
    if danger and danger not in calls():
        raise BadLexiconError(f"line {number}: {danger!r} is no danger of calls.csv")
    as_accented = phrase.startswith(_AS_ACCENTED)
    if weight.strip() == _COMPLEX:
        return Phrase(plain, 0.0, complex_=True, as_accented=as_accented)
    try:
        return Phrase(plain, float(weight), danger=danger, as_accented=as_accented)
    except ValueError as error:
        raise BadLexiconError(f"line {number}: weight is a number or `complex`, not {weight!r}") from error


def _automaton(phrases: Iterable[tuple[str, Phrase]]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for text, phrase in phrases:
        automaton.add_word(f"{_WHOLE_WORDS}{text}{_WHOLE_WORDS}", phrase)
    automaton.make_automaton()
    return automaton


class Lexicon:
    """Ready to search. A text with diacritics is searched with them (`cháy` is not `chạy`), one without is searched folded."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        listed = list(phrases)
        self._accented = _automaton((phrase.text, phrase) for phrase in listed)
        self._folded = _automaton((fold(phrase.text), phrase) for phrase in listed if not phrase.as_accented)

    def search(self, text: Typed, *, accented: bool) -> Hits:
        """`accented`: whether the text was typed with diacritics. Each phrase counts once, a longer one hides what it has inside."""
        automaton = self._accented if accented else self._folded
        line = f" {' '.join(text.accented if accented else text.plain)} "
        spans = _longest_first(automaton, line)
        if not spans:
            return _NONE
        found: dict[str, Phrase] = {}
        covered = -1
        for start, end, phrase in spans:
            if start >= covered:
                found.setdefault(phrase.text, phrase)
                covered = end
        phrases = found.values()
        return Hits(
            sum(phrase.weight for phrase in phrases),
            tuple(phrase.text for phrase in phrases if phrase.weight > 0),
            tuple(phrase.text for phrase in phrases if phrase.weight < 0),
            tuple(phrase.text for phrase in phrases if phrase.complex_),
            _dangers(phrases),
        )


def _dangers(phrases: Iterable[Phrase]) -> tuple[str, ...]:
    weights: dict[str, float] = defaultdict(float)
    for phrase in phrases:
        if phrase.danger:
            weights[phrase.danger] += phrase.weight
    return tuple(sorted(weights, key=lambda danger: -weights[danger]))


def _longest_first(automaton: ahocorasick.Automaton, line: str) -> list[tuple[int, int, Phrase]]:
    """Hits as (start, end, phrase) by start, the longest first among those that start together; ends are before the last space."""
    spans = [(end - len(phrase.text) - 1, end, phrase) for end, phrase in automaton.iter(line)] if len(automaton) else []
    return sorted(spans, key=lambda span: (span[0], -span[1]))


@lru_cache(maxsize=1)
def load(path: Path | None = None) -> Lexicon:
    """The operator's lexicon, or the project's own; once for all stages of a worker. Raises `BadLexiconError`, `OSError`,
    `UnicodeDecodeError`."""
    if path is None:
        return Lexicon(parse(resources.files(__package__).joinpath("lexicon.tsv").read_text(encoding="utf-8")))
    return Lexicon(parse(path.read_text(encoding="utf-8")))
