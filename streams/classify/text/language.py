"""Which language a text is in: by its script, else by its small words."""

from __future__ import annotations

import re
from collections import Counter

_SCRIPTS = {
    "ko": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "ja": "\u3040-\u30ff\u31f0-\u31ff",
    "zh": "\u2e80-\u2fdf\u3400-\u9fff\uf900-\ufaff",
    "th": "\u0e00-\u0e7f",
    "lo": "\u0e80-\u0eff",
    "km": "\u1780-\u17ff",
    "my": "\u1000-\u109f",
    "ru": "\u0400-\u052f",
    "el": "\u0370-\u03ff",
    "ar": "\u0600-\u06ff\u0750-\u077f",
    "he": "\u0590-\u05ff",
    "hi": "\u0900-\u097f",
}
"""The language that most often writes in a script."""
_SCRIPT = re.compile("|".join(f"(?P<{code}>[{letters}])" for code, letters in _SCRIPTS.items()))
_JAPANESE_SHARE = 0.1
"""Japanese writes most of its letters in Chinese; so much of its own shows it."""
_WORDS = {
    "vi": (
        "khong ko k duoc dc la va cua co cac nhung cho nguoi nha duong toi em anh chi o tai bi roi voi nay ngay xin de nghi kinh phuong "
        "xa ngo pho ha noi gui lam không được là và của có các những người nhà đường tôi chị ở tại bị rồi với này ngày đề nghị kính "
        "phường xã ngõ phố hà nội gửi làm"
    ),
    "fr": "les des une est sont dans avec pour pas nous vous depuis rue sur qui que cette très merci bonjour plus monsieur madame fait",
    "de": "der die das und ist nicht mit auf ein eine wir bitte seit straße für von dem den im haben sehr hier wird keine",
    "es": "el los las una por para está son muy desde calle favor gracias del hay pero como esta nuestra hace tres",
    "it": "il gli una non per sono della che strada questo molto nella grazie prego davanti dal",
    "pt": "os uma não para com está rua favor desde muito são obrigado nossa porque há três",
    "id": "yang dan ini tidak ada untuk dengan jalan sudah dari kami saya tolong karena sangat",
}
VIETNAMESE = frozenset(_WORDS["vi"].split())
_OTHERS = {code: frozenset(words.split()) for code, words in _WORDS.items() if code != "vi"}
_ENOUGH = 3
"""Small words that show a language."""
_LOOKED_AT = 2000
"""Characters."""


def by_script(text: str) -> str | None:
    """The language of a text most of whose letters are not Latin; None for others."""
    head = text[:_LOOKED_AT]
    scripts = Counter(found.lastgroup or "" for found in _SCRIPT.finditer(head))
    letters = sum(map(str.isalpha, head))
    if not scripts or scripts.total() * 2 <= letters:
        return None
    return "ja" if scripts["ja"] > _JAPANESE_SHARE * scripts.total() else scripts.most_common(1)[0][0]


def by_small_words(words: list[str]) -> str | None:
    """The language in Latin letters, neither Vietnamese nor English, that these words (in lower case, with accents) show; None for none."""
    counts = {code: sum(word in small for word in words) for code, small in _OTHERS.items()}
    code = max(counts, key=lambda one: counts[one])
    return code if counts[code] >= _ENOUGH and counts[code] > sum(word in VIETNAMESE for word in words) else None


def is_english(english: int, vietnamese: int) -> bool:
    """By the count of words of each that tell."""
    return english >= 2 and english > 2 * vietnamese
