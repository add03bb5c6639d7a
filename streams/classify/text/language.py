"""Which language a text is in, by its letters and its small words."""

from __future__ import annotations

import re
from typing import Literal

from streams.classify.text.words import words

Language = Literal["vi", "en", "other"]

_ENGLISH_TEXT = (
    "the is are was were and of to in on at for with this that there have has please my our your we you it not no from since "
    "near street road would could should can been very but they he she"
)
_ENGLISH = frozenset(_ENGLISH_TEXT.split())
_PLAIN_TEXT = (
    "khong ko k duoc dc la va cua co cac nhung cho nguoi nha duong toi em anh chi o tai bi roi voi nay ngay xin de nghi kinh "
    "phuong xa ngo pho ha noi gui lam"
)
_VIETNAMESE_PLAIN = frozenset(_PLAIN_TEXT.split())
_VIETNAMESE_LETTERS = re.compile(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỵỷỹĂĐƠƯẠ-Ỹ]")
_QUICK_LOOK = 120
_NOT_LATIN = re.compile(r"[\u0370-\u1dff\u2e80-\ua4cf\uac00-\ud7af]")


def language(text: str) -> Language:
    """A light guess from the first 2,000 characters: Vietnamese unless the letters or the small words say otherwise."""
    head = text[:2000]
    if not head.isascii():
        start = head[:_QUICK_LOOK]
        if len(_VIETNAMESE_LETTERS.findall(start)) * 20 > len(start):
            return "vi"
        letters = sum(map(str.isalpha, head))
        if letters and len(_NOT_LATIN.findall(head)) * 2 > letters:
            return "other"
        if len(_VIETNAMESE_LETTERS.findall(head)) * 40 > letters:
            return "vi"
    typed = words(head)
    english = sum(word in _ENGLISH for word in typed)
    vietnamese = sum(word in _VIETNAMESE_PLAIN for word in typed)
    return "en" if english >= 2 and english > 2 * vietnamese else "vi"
