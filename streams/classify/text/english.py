"""English read word by word into the Vietnamese of petitions (`english.tsv`), so that one model and one lexicon serve both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib import resources
from itertools import chain

from msgspec.structs import replace

from streams.classify.text.folding import fold
from streams.classify.text.keystrokes import telex
from streams.classify.text.language import VIETNAMESE, is_english
from streams.classify.text.spacing import is_syllable
from streams.classify.text.typed import MOST_WORDS, Typed

Meant = tuple[tuple[str, ...], tuple[str, ...]]
"""Vietnamese words with their accents, and the same without."""
_WORD = re.compile(r"[^\W_]+(?:'(?!s\b)[a-z]+)?(?:'s\b)?")
_SMALL = (
    "a about above across after afterwards again against ago all almost along already also although always am an and another any "
    "anybody anyone anything anyway are around as at away back bad be because been before behind being below beside between bigger "
    "both bring brings brought but by came cannot carries carry clear come comes completely could daily did different directly do "
    "does doing done down during each eight eighty either eleven else enough even ever every everybody everyone everything everywhere "
    "explain far fifty finds finish finished five for forty four from front gave get gets getting give given go goes going gone got "
    "had hardly has have he held her here him his hold how however i if in indeed inside instead into is it its itself just keep "
    "keeps kept kindly know knows last let like look looked looking looks made make makes many maybe me meanwhile mid more most much "
    "must my myself near nearly need needs neither never next nine no nobody none nor normal not nothing now of off often on once one "
    "only onto opposite or other others our out outside over own part past per perhaps please pls ppl previously put rather really "
    "rest round said same saw say saying says see seen seven several she should simply since six sixty smth so some somebody someone "
    "something soon sorry started starts stay stays still stop such take taken takes tell than that the their them then there "
    "therefore these they thing things think thirty this those though three through to told too took toward twelve twenty twice two "
    "under understand until up upon us use used very want wants was way we went were what when whenever where whether which while who "
    "whole whom whose why will with within without would yet you your yours i'm it's don't can't doesn't isn't won't didn't there's "
    "that's we're they're he's she's aren't hasn't haven't wasn't couldn't dont cant"
)
SMALL = frozenset(_SMALL.split())
"""Words that say nothing of the matter."""
_ALSO_BORROWED = (
    "app bus taxi video clip live shop photo test check online link share block report post comment admin mode file scan print laptop sale "
    "ship shipper order grab gym spa cafe bar pub show drama logo stop ok fake auth hot trend game "
    "city park garden tower house home centre building plaza mall hill lake river office street star one two"
)
"""They stand in Vietnamese texts too, in names above all (Times City, Park Hill)."""


@cache
def glossary() -> dict[str, tuple[str, ...]]:
    """English word or phrase → Vietnamese words."""
    lines = resources.files(__package__).joinpath("english.tsv").read_text(encoding="utf-8").splitlines()
    return {english: tuple(meant.split(" ")) for english, _, meant in (line.partition("\t") for line in lines if not line.startswith("#"))}


@cache
def _borrowed() -> frozenset[str]:
    """English words that stand in Vietnamese texts as well."""
    return frozenset(word for meant in glossary().values() for word in meant if not is_syllable(word)) | frozenset(_ALSO_BORROWED.split())


@cache
def _known() -> frozenset[str]:
    return SMALL | {word for phrase in glossary() for word in phrase.split(" ")}


def tells_english(word: str) -> bool:
    """A word (in lower case) that is English and that no Vietnamese text would have, not even as raw keystrokes (`car` is `cả`)."""
    if is_syllable(word) or word in _borrowed() or not any(stem in _known() for stem in _stems(word)):
        return False
    return telex(word) is None


def in_english(text: Typed) -> bool:
    """By its words; the quick way, for many texts, is in `model.lookup`."""
    return is_english(sum(map(tells_english, text.accented)), sum(word in VIETNAMESE for word in text.accented))


def glossed(text: Typed) -> Typed:
    """The same text with the words that it would have in Vietnamese; names, and words without a gloss, stay. Small words go."""
    meant = list(_gloss(_WORD.findall(text.written.lower())))  # as it stands: an abbreviation of Vietnamese is none here
    accented, plain = (list(chain.from_iterable(words))[:MOST_WORDS] for words in zip(*meant, strict=True)) if meant else ([], [])
    return replace(text, accented=accented, plain=plain)


def _gloss(words: Sequence[str]) -> Iterator[Meant]:
    """The longest phrase that begins at a word, else the word alone."""
    heads, at = _heads(), 0
    while at < len(words):
        phrase = _phrase(words, at) if words[at] in heads else ""
        yield _glosses()[phrase] if phrase else _alone(words[at])
        at += 1 + phrase.count(" ")


def _phrase(words: Sequence[str], at: int) -> str:
    """The longest phrase of several words that begins there, in the glossary's spelling; empty if there is none."""
    for length in _heads()[words[at]]:
        if at + length <= len(words):
            head = " ".join(words[at : at + length - 1])
            for last in _stems(words[at + length - 1]):
                if f"{head} {last}" in glossary():
                    return f"{head} {last}"
    return ""


@lru_cache(maxsize=20_000)
def _alone(word: str) -> Meant:
    stem = next((stem for stem in _stems(word) if stem in glossary()), None)
    if stem is not None:
        return _glosses()[stem]
    return ((), ()) if word in SMALL else ((word,), (fold(word),))


@cache
def _glosses() -> dict[str, Meant]:
    return {english: (meant, tuple(map(fold, meant))) for english, meant in glossary().items()}


@cache
def _heads() -> dict[str, list[int]]:
    """The first words of phrases that have several, and how many these have, the most first."""
    lengths: dict[str, set[int]] = {}
    for phrase in glossary():
        if " " in phrase:
            lengths.setdefault(phrase.partition(" ")[0], set()).add(phrase.count(" ") + 1)
    return {word: sorted(found, reverse=True) for word, found in lengths.items()}


@lru_cache(maxsize=20_000)
def _stems(word: str) -> tuple[str, ...]:
    """The word, and what it may be a form of: `leaks`, `leaking`, `bodies`, `dumped`, `digging`."""
    found = [word]
    for ending, others in (("'s", ("",)), ("ies", ("y",)), ("es", ("", "e")), ("s", ("",)), ("ing", ("", "e")), ("ed", ("", "e"))):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            base = word.removesuffix(ending)
            found += [base + other for other in others]
            if base[-1:] == base[-2:-1]:
                found.append(base[:-1])
    return tuple(found)
