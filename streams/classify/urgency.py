"""Urgent or not: the linear score and the lexicon, put together; a long text counts by its most urgent passage."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from streams.classify.lexicon import Hits
from streams.classify.model.file import Calibration
from streams.classify.model.terms import Typed

_LONG = 45
"""Words from which on a text is also judged passage by passage."""
_SENTENCE = re.compile(r"(?<=[.!?;\n])\s+")
_FEWEST_WORDS = 6
_MOST_PASSAGES = 40
PASSAGE_DISCOUNT = 0.5
"""Taken from a passage's score: many passages give many chances to look urgent."""


@dataclass(frozen=True, slots=True)
class Urgency:
    """`probability` of being urgent, and the lexicon's phrases that say so."""

    probability: float
    reasons: tuple[str, ...]


def passages(text: Typed) -> list[str]:
    """The sentences of a long text (a short one has none), each joined to the next if it is very short."""
    if len(text.plain) < _LONG:
        return []
    found: list[str] = []
    for sentence in _SENTENCE.split(text.written)[:_MOST_PASSAGES]:
        if found and found[-1].count(" ") < _FEWEST_WORDS:
            found[-1] = f"{found[-1]} {sentence}"
        else:
            found.append(sentence)
    return found if len(found) > 1 else []


def log_odds(linear: float, hits: Hits, calibration: Calibration) -> float:
    """Natural logarithm; positive means urgent."""
    return calibration.urgent_slope * linear + calibration.urgent_lexicon * hits.weight + calibration.urgent_intercept


def probability(log_odds_: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds_))))
