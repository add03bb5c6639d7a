"""What a text is besides a petition: complaint, denunciation, emergency, spam, test, thanks, abuse. Model and plain rules."""

from __future__ import annotations

import re

from schemas.events.intake import PetitionKind
from streams.classify.danger.verdict import Danger
from streams.classify.found import Asked
from streams.classify.text.typed import Typed

_NAMES = {
    PetitionKind.COMPLAINT: {"vi": "khiếu nại theo Luật Khiếu nại", "en": "a complaint under the Law on Complaints"},
    PetitionKind.DENUNCIATION: {"vi": "tố cáo theo Luật Tố cáo", "en": "a denunciation under the Law on Denunciations"},
    PetitionKind.EMERGENCY: {"vi": "việc khẩn của 113, 114 hoặc 115", "en": "an emergency for 113, 114 or 115"},
    PetitionKind.SPAM: {"vi": "quảng cáo, tin rác", "en": "spam"},
    PetitionKind.TEST: {"vi": "tin thử", "en": "a test"},
    PetitionKind.THANKS: {"vi": "lời cảm ơn, khen ngợi", "en": "thanks or praise"},
    PetitionKind.ABUSE: {"vi": "lời chửi bới, không có nội dung phản ánh", "en": "abuse without a petition in it"},
}
_FEW_WORDS = 3
_COMPLEX_PHRASES = 2
_STRONG_SECOND = 0.35
_MOST_WORDS_OF_A_TEST = 40
_TEST_WORDS = re.compile(r"\b(?:test|thu|kiem tra|demo|alo|hello|bo qua|thu nghiem|kiem thu|nham|tap huan)\b")
_FORMAL = {
    PetitionKind.COMPLAINT: re.compile(r"\bkhieu nai\b"),
    PetitionKind.DENUNCIATION: re.compile(r"\bto (?:cao|giac)\b"),
}
_STILL_WANTS = re.compile(
    r"\b(?:nhung|tuy nhien|tuy vay|song|chi co dieu|rieng|de nghi|mong (?:som|duoc|cac|phuong|thanh pho)|xin (?:cho|them|kiem|sua)|chua)\b"
)
_VOWEL = re.compile(r"[aeiouy]")
_PICTURE = re.compile(r"[\u2600-\u26ff\U0001f300-\U0001f440\U0001f4a0-\U0001f5ff\U0001f680-\U0001f6ff]")
"""Small pictures of things, not of faces and hands: they can tell of a fire as well as words."""


def kind_of(asked: Asked, text: Typed, danger: Danger, best: PetitionKind, probability: float, *, sure_from: float) -> PetitionKind:
    """The model's best kind, if it is sure and the text bears it out; else `petition`: nothing is refused on a mere guess, and nothing that
    came with a picture, a place, a category or an urgent mark is a trial."""
    if danger.threatens_life:
        return PetitionKind.EMERGENCY
    if not asked.says_more and _is_empty_talk(text):
        return PetitionKind.TEST
    if best is PetitionKind.PETITION or probability < sure_from:
        return PetitionKind.PETITION
    return best if _borne_out(asked, text, danger, best) else PetitionKind.PETITION


def _borne_out(asked: Asked, text: Typed, danger: Danger, kind: PetitionKind) -> bool:
    plain = " ".join(text.plain)
    if kind in _FORMAL:
        return bool(_FORMAL[kind].search(plain))
    if kind is PetitionKind.EMERGENCY:
        return danger.sure
    if kind is PetitionKind.TEST:
        return not asked.says_more and len(text.plain) <= _MOST_WORDS_OF_A_TEST and bool(_TEST_WORDS.search(plain))
    if kind is PetitionKind.THANKS:
        return not asked.urgent and not _STILL_WANTS.search(plain)
    return not asked.urgent and not danger.any


def _is_empty_talk(text: Typed) -> bool:
    """Letters of no script at all, or a few words without a vowel or of one repeated letter: a finger on the keyboard."""
    if len(text.plain) > _FEW_WORDS and not text.plain[0].isdecimal():
        return False
    if any(map(str.isalpha, text.written)) and not text.plain:
        return False  # of another script: not for us to judge
    words = [word for word in text.plain if not word.isdecimal()]
    if not words:
        return bool(text.written) and not _PICTURE.search(text.written)  # nothing written: a picture or a place speaks, a person looks
    return len(words) <= _FEW_WORDS and all(len(set(word)) == 1 or not _VOWEL.search(word) for word in words)


def name_of(kind: PetitionKind, language: str) -> str:
    """How a dispatcher reads it; empty for an ordinary petition."""
    return _NAMES[kind][language] if kind in _NAMES else ""


def is_complex(phrases: int, second: float) -> bool:
    """Several offices or a legal procedure: a phrase that says so twice over, or a second topic nearly as likely as the first."""
    return phrases >= _COMPLEX_PHRASES or second >= _STRONG_SECOND
