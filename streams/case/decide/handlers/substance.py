"""Does an answer say anything? Judged before the citizen sees it; what fails goes back and stops no clock."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from schemas.events.actions import Answer, ResultKind
from schemas.platform.marks import mark64
from streams.case.decide.rules import Substance
from streams.case.decide.turn import Turn
from streams.case.time.whole_day import end_of

_NOT_LETTERS = re.compile(r"[^\w]+|_", re.UNICODE)


@lru_cache(maxsize=64)
def plain(text: str) -> str:
    """Lower-case words separated by single spaces, accents composed, punctuation gone. Kept for a while: first the fingerprint
    needs it, then the judgement."""
    return _NOT_LETTERS.sub(" ", unicodedata.normalize("NFC", text).lower()).strip()


def mark_of(text: str) -> int:
    """A fingerprint by which the same words are known again, whatever their case, spacing and punctuation."""
    return mark64(plain(text))


def weakness(turn: Turn, action: Answer) -> Substance | None:
    """The first rule of substance that the answer breaks, or None."""
    return _words_weakness(turn, action) or _result_weakness(turn, action)


def _words_weakness(turn: Turn, action: Answer) -> Substance | None:
    rules, text = turn.policy.substance, plain(action.text)
    if not text:
        return Substance.EMPTY
    own = _without(rules.boilerplate, text)
    if own != text and _thin(own, rules.letters_at_least, rules.words_at_least):
        return Substance.BOILERPLATE
    if _thin(text, rules.letters_at_least, rules.words_at_least):
        return Substance.TOO_SHORT
    if turn.copies >= rules.copies_at_most:
        return Substance.COPIED
    return None


def _result_weakness(turn: Turn, action: Answer) -> Substance | None:
    rules = turn.policy.substance
    if action.result is ResultKind.DONE:
        return Substance.EVIDENCE_MISSING if turn.case.category in rules.evidence_categories and not action.evidence_urls else None
    if action.result is ResultKind.WILL_BE_DONE:
        return _promise_weakness(turn, action)
    return Substance.CAUSE_MISSING if len(plain(action.cause or "")) < rules.cause_letters_at_least else None


def _promise_weakness(turn: Turn, action: Answer) -> Substance | None:
    if action.promise_date is None:
        return Substance.PROMISE_DATE_MISSING
    due = end_of(action.promise_date, turn.rules.calendar)
    if due <= turn.asked:
        return Substance.PROMISE_DATE_PAST
    farthest = turn.rules.calendar.add(turn.asked, turn.rules.promise_farthest_ms)
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
