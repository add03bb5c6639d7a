"""A closer look at long texts, sentence by sentence: a danger told in one of them counts, and other matters become proposals to split."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

import msgspec
import numpy as np

from streams.classify.danger.lexicon import Lexicon
from streams.classify.danger.verdict import log_odds
from streams.classify.found import OTHER, Asked, Matter
from streams.classify.model.score import Scorer
from streams.classify.reading import Read, Reader
from streams.classify.text.typed import Typed

_LONG = 60
"""Words from which on a danger may drown in the text around it."""
_SECOND = 0.3
"""Chance of the second category from which on the text may be about two matters."""
_LEAST_WORDS = 4
_LEAST_CHANCE = 0.6
_MOST_MATTERS = 3
_MOST_SENTENCES = 40
_SENTENCE = re.compile(r"[^.!?…;\n]+(?:[.!?…;](?=\S)[^.!?…;\n]+)*")
_FURTHER = re.compile(r"(?i)[,–-]?\s*(?:lại thêm|thêm nữa|ngoài ra|đồng thời|tiện thể|nhân tiện|mặt khác|also|besides|in addition)\b")

_FURTHER_FOLDED = ("ngoai ra", "dong thoi", "them nua", "lai them", "tien the", "nhan tien", "mat khac", " also ", "besides", "in addition")


class Sentence(msgspec.Struct, frozen=True, gc=False):
    """A part of a text, from character `start` to `end`, with its words' log odds of danger and its likeliest category."""

    start: int
    end: int
    odds: float
    category: str
    chance: float


def parts(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences are, and what "ngoài ra" and the like add to one."""
    for sentence in _SENTENCE.finditer(text):
        begin, end = sentence.span()
        further = [begin + found.start() for found in _FURTHER.finditer(sentence[0]) if found.start()]
        yield from pairwise([begin, *further, end])


def _asks(text: Typed, second: float) -> bool:
    words = len(text.plain)
    return words >= _LONG or (words >= 2 * _LEAST_WORDS and (second >= _SECOND or any(map(text.folded.__contains__, _FURTHER_FOLDED))))


def _spans(at: int, text: str) -> list[tuple[int, int, int]]:
    """The text's number with each of its parts; none for a text of one part, which has been read as a whole."""
    found = [(at, *part) for part in islice(parts(text), _MOST_SENTENCES)]
    return found if len(found) > 1 else []


class CloserLook:
    """Reads the parts of those texts of a batch that ask for it, all together."""

    def __init__(self, reader: Reader, scorer: Scorer, lexicon: Lexicon) -> None:
        self._reader, self._scorer, self._lexicon = reader, scorer, lexicon

    def look(self, asked: Sequence[Asked], read: Read, second: Sequence[float]) -> dict[int, list[Sentence]]:
        """By the text's number, the sentences of those that are long or may be about two matters; `second`: the chance of each text's
        second category."""
        spans = [span for at, text in enumerate(read.texts) if _asks(text, second[at]) for span in _spans(at, asked[at].text)]
        found: dict[int, list[Sentence]] = {}
        if spans:
            judged = self._judged([asked[at].text[start:end] for at, start, end in spans])
            for (at, start, end), parts_ in zip(spans, judged, strict=True):
                found.setdefault(at, []).append(Sentence(start, end, *parts_))
        return found

    def _judged(self, texts: Sequence[str]) -> Iterator[tuple[float, str, float]]:
        """Log odds of danger, likeliest category and its chance (0 for hardly a sentence)."""
        read = self._reader.read([Asked(text) for text in texts])
        scores = self._scorer.score(read.words, read.glance.understood, [language == "en" for language in read.languages])
        calibration = self._scorer.model.calibration
        hits = [self._lexicon.search(text, accented=accented) for text, accented in zip(read.texts, read.glance.accented, strict=True)]
        odds = [log_odds(float(urgent), hit, calibration) for urgent, hit in zip(scores.urgent, hits, strict=True)]
        names = self._scorer.model.categories
        enough = np.array([len(text.plain) >= _LEAST_WORDS for text in read.texts])
        best = [names[code] for code in scores.categories.argmax(axis=1)]
        return zip(odds, best, (scores.categories.max(axis=1) * enough).tolist(), strict=True)


def matters(sentences: Sequence[Sentence], main: str) -> tuple[Matter, ...]:
    """What the sentences surely tell of besides the main matter; neighbours of one category are one matter."""
    found: dict[str, Matter] = {}
    for one in sentences:
        if one.category in (main, OTHER) or one.chance < _LEAST_CHANCE:
            continue
        known = found.get(one.category)
        start, chance = (known.start, max(known.confidence, one.chance)) if known else (one.start, one.chance)
        found[one.category] = Matter(one.category, round(min(chance, 1.0), 4), start, one.end)
    return tuple(found.values())[:_MOST_MATTERS]
