"""Templates of replies: what of a reply is a template's words, and what is the officer's own. Pure.

A template has `{fields}` of the case, which the desk fills in (`FIELDS`), and other `{blanks}`, which only a person can. A reply that has
nothing but what stands in a template and in the case says nothing of what was done: it is judged by its own words alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Annotated

from pydantic import StringConstraints

from schemas.events.strings import Clean

TEMPLATES_AT_MOST = 5
"""So many at most are looked for in one reply."""
FIELDS = ("street", "ward", "category", "deadline", "office", "received")
"""What the desk knows of a case."""
Template = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000), Clean]

_WORDS_OF_A_PHRASE = 3
"""Fewer words in a row are everybody's."""
_NOT_LETTERS = re.compile(r"[^\w]+|_", re.UNICODE)
_SENTENCE_END = re.compile(r"[.!?;]+(?=\s|$)|\n+")
_HOLE = re.compile(r"\{([^{}]*)\}")


@lru_cache(maxsize=64)
def plain(text: str) -> str:
    """Lower-case words separated by single spaces, accents composed, punctuation gone. Kept for a while: several ask for the same."""
    return _NOT_LETTERS.sub(" ", unicodedata.normalize("NFC", text).lower()).strip()


def blank_left(text: str) -> bool:
    """Whether a hole of a template stands there still."""
    return _HOLE.search(text) is not None


def own_words(templates: Iterable[str], text: str) -> str:
    """What remains of the plain text when the templates' sentences are taken out, with what the case filled into them; what was
    written into a blank remains."""
    known = tuple(templates)
    return " ".join(filter(None, (_own(known, plain(sentence)) for sentence in _SENTENCE_END.split(text))))


def used_in(templates: Iterable[str], text: str) -> tuple[str, ...]:
    """Those with a phrase that stands in the text, the first few."""
    found = f" {plain(text)} "
    return tuple(one for one in templates if any(f" {phrase} " in found for phrase in phrases_of(one)))[:TEMPLATES_AT_MOST]


@lru_cache(maxsize=1024)
def phrases_of(template: str) -> tuple[str, ...]:
    """Its words between holes and ends of sentences, as far as they are more than anybody says."""
    parts = (part for fixed, _ in _sentences(template) for part in fixed)
    return tuple(part for part in parts if len(part.split()) >= _WORDS_OF_A_PHRASE)


@lru_cache(maxsize=1024)
def _sentences(template: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Of each sentence the words around its holes, and the holes' names."""
    split = [_HOLE.split(sentence) for sentence in _SENTENCE_END.split(template)]
    return tuple((tuple(map(plain, parts[::2])), tuple(parts[1::2])) for parts in split if any(map(str.strip, parts)))


def _own(templates: tuple[str, ...], sentence: str) -> str:
    for template in templates:
        for fixed, names in _sentences(template):
            if (filled := _between(fixed, sentence)) is not None:
                return " ".join(words for name, words in zip(names, filled, strict=True) if name not in FIELDS and words)
    for phrase in (phrase for template in templates for phrase in phrases_of(template)):
        sentence = f" {sentence} ".replace(f" {phrase} ", " ").strip()
    return sentence


def _between(fixed: Sequence[str], sentence: str) -> list[str] | None:
    """What stands in the holes between the fixed words, each found as early as can be; None when this is another sentence."""
    text, found = f" {sentence} ", []
    first, *rest = (f" {part} " if part else " " for part in fixed)
    if not rest or not text.startswith(first):
        return [] if text == first else None
    at = len(first) - 1
    for part in rest[:-1]:
        begin = text.find(part, at)
        if begin < 0:
            return None
        found.append(text[at:begin].strip())
        at = begin + len(part) - 1
    end = len(text) - len(rest[-1])
    return [*found, text[at:end].strip()] if end >= at and text.endswith(rest[-1]) else None
