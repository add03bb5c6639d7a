"""The same text in another voice: as raw keystrokes, as a scanner or a hurried hand would give it, as it is dictated.

For measuring what each step of `text` is worth. Fixed seeds: the same text gives the same.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable

from streams.classify.text.folding import fold

_TELEX = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j", "\u0302": "^", "\u0306": "w", "\u031b": "w"}
_VNI = {"\u0300": "2", "\u0301": "1", "\u0309": "3", "\u0303": "4", "\u0323": "5", "\u0302": "6", "\u0306": "8", "\u031b": "7"}
_TONES = frozenset("fsrxj12345")
_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = "abcdeghiklmnopqrstuvxy"


def _keys(word: str, table: dict[str, str], stroke: str, *, twice: bool) -> str:
    """Shapes right behind their letter, the tone at the end of the word."""
    typed, tone = "", ""
    for letter in unicodedata.normalize("NFD", word.replace("đ", f"d{stroke}").replace("Đ", f"D{stroke}")):
        key = table.get(letter, letter)
        if letter in table and key in _TONES:
            tone = key
        else:
            typed += typed[-1].lower() if key == "^" and twice else key
    return typed + tone


def telex(text: str) -> str:
    return _WORD.sub(lambda word: _keys(word[0], _TELEX, "d", twice=True), text)


def vni(text: str) -> str:
    return _WORD.sub(lambda word: _keys(word[0], _VNI, "9", twice=False), text)


def run_together(text: str) -> str:
    """A third of the spaces lost, a twelfth of the words broken, as a scanner does."""
    chance = random.Random(text)
    words = [word[:2] + " " + word[2:] if len(word) > 3 and chance.random() < 1 / 12 else word for word in text.split(" ")]
    return words[0] + "".join(("" if chance.random() < 1 / 3 else " ") + word for word in words[1:])


def mistyped(text: str) -> str:
    """A slip in every fifth word of three letters or more."""
    chance = random.Random(text)

    def slip(found: re.Match[str]) -> str:
        word = found[0]
        if len(word) < 3 or chance.random() > 0.2:
            return word
        at = chance.randrange(len(word) - 1)
        changed = (
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + chance.choice(_LETTERS) + word[at + 1 :],
        )
        return chance.choice(changed)

    return _WORD.sub(slip, text)


def dictated(text: str) -> str:
    """Without capitals and punctuation."""
    return " ".join(re.findall(r"\w+", text.lower()))


VOICES: dict[str, Callable[[str], str]] = {
    "as written": str,
    "without diacritics": fold,
    "Telex keystrokes": telex,
    "VNI keystrokes": vni,
    "scanned": run_together,
    "mistyped": mistyped,
    "dictated": dictated,
}
