"""Telex and VNI keystrokes that no input method turned into letters: `dduwowngf` and `d9u7o7ng2` are `đường`.

The order of keys is free, as the input methods have it: `motoj`, `mootj` and `moojt` are `một`.
"""

from __future__ import annotations

import re

from streams.classify.text.syllables import syllable

_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"
_TELEX_TONES = {"f": _GRAVE, "s": _ACUTE, "r": _HOOK, "x": _TILDE, "j": _DOT, "z": ""}
_VNI_TONES = {"2": _GRAVE, "1": _ACUTE, "3": _HOOK, "4": _TILDE, "5": _DOT, "0": ""}
_VOWELS = frozenset("aăâeêioôơuưy")
_HATS = {"a": "â", "e": "ê", "o": "ô"}
_TWICE = re.compile(r"(.)\1+")
_TELEX_WORD = re.compile(r"(?=.*[aeiouywâêôăơư])[^\W\d_]*?(?:[sfrxjw]|aa|ee|oo|dd|([aeo])[^\W\d_]*\1)[^\W\d_]*$")
_VNI_WORD = re.compile(r"[^\W\d_]+\d[^\W_]*$")


def telex(word: str) -> str | None:
    """The syllable that these keys would have made (in lower case); None if they make none, or nothing else than themselves."""
    word = word.lower()
    if not _TELEX_WORD.match(word):
        return None
    letters: list[str] = []
    tone = ""
    for key in word:
        if key in _TELEX_TONES and _VOWELS.intersection(letters):
            tone = _TELEX_TONES[key]
        elif not _telex_shape(letters, key):
            letters.append(key)
    return _made(word, letters, tone)


def vni(word: str) -> str | None:
    """The same for VNI, in which digits make tones and shapes."""
    word = word.lower()
    if not _VNI_WORD.match(word):
        return None
    letters: list[str] = []
    tone = ""
    for key in word:
        if key in _VNI_TONES:
            if tone and tone != _VNI_TONES[key]:
                return None  # a number behind a word: `ngo15`
            tone = _VNI_TONES[key]
        elif not _vni_shape(letters, key):
            letters.append(key)
    return _made(word, letters, tone)


def _made(word: str, letters: list[str], tone: str) -> str | None:
    typed = "".join(letters)
    base = typed.replace("ưo", "ươ").replace("uơ", "ươ")
    spellings = (base, typed, base.replace("ươ", "uơ"), _TWICE.sub(r"\1", base))
    found = next((made for spelling in spellings if (made := syllable(spelling, tone))), None)
    return found if found != word else None


def _telex_shape(letters: list[str], key: str) -> bool:
    """Let a key shape a letter before it; False if it is a letter of its own."""
    if key == "w":
        if not (_breve(letters) if _breve_meant(letters) else _horn(letters)):
            letters.append("ư")
        return True
    if key in _HATS:
        return _hat(letters, key)
    return key == "d" and _stroke(letters)


def _vni_shape(letters: list[str], key: str) -> bool:
    if key == "6":
        return any(_hat(letters, letter) for letter in "oea")
    return {"7": _horn, "8": _breve, "9": _stroke}.get(key, lambda _: False)(letters)


def _hat(letters: list[str], letter: str) -> bool:
    return _change(letters, letter, _HATS[letter])


def _breve(letters: list[str]) -> bool:
    return _change(letters, "a", "ă")


def _stroke(letters: list[str]) -> bool:
    return _change(letters[:1], "d", "đ") and _change(letters, "d", "đ")


def _breve_meant(letters: list[str]) -> bool:
    """An `a` takes the breve, unless it stands after a `u` that can take the horn: `hoawcj` is `hoặc`, `muaw` is `mưa`."""
    together = "".join(letters)
    return "a" in letters and ("ua" not in together or "qua" in together)


def _horn(letters: list[str]) -> bool:
    """`uo` takes it on both, but for `qu`."""
    together = "".join(letters)
    if "uo" in together and "quo" not in together:
        at = together.index("uo")
        letters[at : at + 2] = "ươ"
        return True
    return _change(letters, "o", "ơ") or _change(letters, "u", "ư")


def _change(letters: list[str], old: str, new: str) -> bool:
    """The first of it; False if there is none."""
    if old not in letters:
        return False
    letters[letters.index(old)] = new
    return True
