"""Does an answer say anything? Judged before the citizen sees it; what fails goes back and stops no clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from schemas.events.actions import Answer, ResultKind
from schemas.events.base import Level
from schemas.events.templates import blank_left, own_words, plain
from schemas.platform.marks import mark64
from streams.case.decide.rules import Substance
from streams.case.policy.compiled import LevelRules, Policy
from streams.case.time.whole_day import end_of


@dataclass(frozen=True, slots=True)
class Basis:
    """What an answer is judged by, beside its words. `copies`: other petitions of the office that got the same; `asked` in ms UTC."""

    policy: Policy
    category: str
    level: Level
    asked: int
    copies: int = 0

    @property
    def rules(self) -> LevelRules:
        return self.policy.levels[self.level]


def mark_of(text: str) -> int:
    """A fingerprint by which the same words are known again, whatever their case, spacing and punctuation."""
    return mark64(plain(text))


def weakness(basis: Basis, action: Answer) -> Substance | None:
    """The first rule of substance that the answer breaks, or None."""
    return _words_weakness(basis, action) or _result_weakness(basis, action)


def _words_weakness(basis: Basis, action: Answer) -> Substance | None:
    rules, text = basis.policy.substance, plain(action.text)
    if not text:
        return Substance.EMPTY
    if action.templates and blank_left(action.text):
        return Substance.BLANK_LEFT
    said = own_words(action.templates, action.text) if action.templates else text
    own = _without(rules.boilerplate, said)
    if own != text and _thin(own, rules.letters_at_least, rules.words_at_least):
        return Substance.BOILERPLATE
    if _thin(text, rules.letters_at_least, rules.words_at_least):
        return Substance.TOO_SHORT
    if basis.copies >= rules.copies_at_most:
        return Substance.COPIED
    return None


def _result_weakness(basis: Basis, action: Answer) -> Substance | None:
    rules = basis.policy.substance
    if action.result is ResultKind.DONE:
        shown = action.evidence_urls or action.files
        return Substance.EVIDENCE_MISSING if basis.category in rules.evidence_categories and not shown else None
    if action.result is ResultKind.WILL_BE_DONE:
        return _promise_weakness(basis, action)
    return Substance.CAUSE_MISSING if len(plain(action.cause or "")) < rules.cause_letters_at_least else None


def _promise_weakness(basis: Basis, action: Answer) -> Substance | None:
    if action.promise_date is None:
        return Substance.PROMISE_DATE_MISSING
    rules = basis.rules
    due = end_of(action.promise_date, rules.calendar)
    if due <= basis.asked:
        return Substance.PROMISE_DATE_PAST
    farthest = rules.calendar.add(basis.asked, rules.promise_farthest_ms)
    return Substance.PROMISE_TOO_FAR if due > farthest else None


def _thin(text: str, letters: int, words: int) -> bool:
    return len(text.replace(" ", "")) < letters or len(text.split()) < words


def _without(phrases: tuple[str, ...], text: str) -> str:
    return " ".join(_phrases(phrases).sub(" ", text).split())


@lru_cache(maxsize=64)
def _phrases(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Grouped by their first word, which makes the search three times as fast; in a group the longer ones come first, so that
    none hides within another."""
    ordered = sorted({plain(phrase) for phrase in phrases}, key=len, reverse=True)
    groups: dict[str, list[str]] = {}
    for phrase in ordered:
        first, _, rest = phrase.partition(" ")
        groups.setdefault(first, []).append(re.escape(f" {rest}" if rest else ""))
    branches = (f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in groups.items())
    return re.compile(rf"\b(?:{'|'.join(branches)})\b") if groups else re.compile(r"(?!)")
