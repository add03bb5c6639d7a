"""What a resident typed, made comparable: Unicode, tone placement, folding, teencode, language. Pure and linear in the length."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Language = Literal["vi", "en", "other"]

_MARKS = range(0x0300, 0x0370)
_INVISIBLE = (
    *(0x00AD, 0x034F, 0x061C, 0x180E, 0xFEFF),
    *(*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)),
    *(*range(0xFE00, 0xFE10), *range(0xE0000, 0xE0080)),
)
_CONTROL_AND_SURROGATES = (*range(0x20), *range(0x7F, 0xA0), 0xFFFD, *range(0xD800, 0xE000))
_CLEAN: dict[int, str | None] = {**dict.fromkeys(_INVISIBLE), **dict.fromkeys(_CONTROL_AND_SURROGATES, " ")}
_NO_MARKS = str.maketrans(dict.fromkeys(_MARKS))
_WORD = re.compile(r"\w+")
_HAS_MARKS = re.compile(r"[\u0300-\u036f]")
_NOT_CLEAN = re.compile(r"[^\u0020-\u007e\u00a1-\u00ac\u00ae-\u0233\u0253-\u02af\u1e00-\u1eff\u2010-\u2027\U0001f300-\U0001faff]")

# Letters of other scripts that pass for Latin ones; only replaced inside a word that has Latin letters too.
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһмтвнкАЕОРСУХІЈМТВНКοαενικρτυΑΒΕΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhmtbhkAEOPCYXIJMTBHKoaevikptuABEHIKMNOPTYX",
)
_OTHER_SCRIPT = re.compile(r"[\u0370-\u03ff\u0400-\u04ff\u0500-\u052f]")
_MIXED_WORD = re.compile(r"\w*(?:[a-zA-ZÀ-ỹ][\u0370-\u052f]|[\u0370-\u052f][a-zA-ZÀ-ỹ])\w*")


def _tone_table() -> dict[str, str]:
    """`oà` → `òa` where the syllable ends there (`open`), `òan` → `oàn` where it goes on (`closed`)."""
    table: dict[str, str] = {}
    for first, second in (("o", "a"), ("o", "e"), ("u", "y")):
        for mark in "\u0300\u0301\u0309\u0303\u0323":
            on_first = unicodedata.normalize("NFC", first + mark) + second
            on_second = first + unicodedata.normalize("NFC", second + mark)
            table[on_second], table[on_first] = on_first, on_second
            table[on_second.title()], table[on_first.title()] = on_first.title(), on_second.title()
            table[on_second.upper()], table[on_first.upper()] = on_first.upper(), on_second.upper()
    return table


_TONES = _tone_table()
# One set of letters comes first, because the regex engine can then skip to the next of them.
_MISPLACED = re.compile(
    r"[oOuUòóỏõọÒÓỎÕỌùúủũụÙÚỦŨỤ](?<![qQ].)(?:"
    r"(?:(?<=[oO])[àáảãạèéẻẽẹÀÁẢÃẠÈÉẺẼẸ]|(?<=[uU])[ỳýỷỹỵỲÝỶỸỴ])(?![^\W\d_])"
    r"|(?:(?<=[òóỏõọÒÓỎÕỌ])[aeAE]|(?<=[ùúủũụÙÚỦŨỤ])[yY])(?=[^\W\d_]))"
)


def normalise(text: str) -> str:
    """Compatibility-composed, without control, invisible and stray combining characters, one space between words, tones in the
    old place (`hoà` → `hòa`, `tòan` → `toàn`). Case is kept. Idempotent."""
    if not text.isascii() or not text.isprintable():
        if _NOT_CLEAN.search(text) or not unicodedata.is_normalized("NFC", text):
            text = _composed(text)
        text = _MISPLACED.sub(lambda found: _TONES.get(found[0], found[0]), text)
    return " ".join(text.split())


def _composed(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.translate(_CLEAN)).translate(_CLEAN)
    if _HAS_MARKS.search(text):
        text = unicodedata.normalize("NFKC", text.translate(_NO_MARKS))
    if _OTHER_SCRIPT.search(text):
        text = _MIXED_WORD.sub(lambda m: m[0].translate(_LOOKALIKES), text)
    return text


def _fold_table() -> dict[int, str]:
    table: dict[int, str] = {ord("đ"): "d", ord("Đ"): "d", ord("ı"): "i", ord("ø"): "o", ord("ł"): "l"}
    for code in (*range(0x00C0, 0x0250), *range(0x1E00, 0x1F00)):
        plain = "".join(ch for ch in unicodedata.normalize("NFD", chr(code).lower()) if not unicodedata.combining(ch))
        if code not in table and plain != chr(code):
            table[code] = plain
    return table | dict.fromkeys(_MARKS, "")


_FOLD = _fold_table()


def fold(text: str) -> str:
    """Lower case without diacritics; đ becomes d. Idempotent."""
    lowered = text.lower()
    return lowered if lowered.isascii() else lowered.translate(_FOLD)


_TABLE_END = 0x2E80
_SEPARATOR = "\n"


def _letter_table() -> NDArray[np.uint16]:
    """UTF-16 code by code point for the planes that fold: what `fold` gives for one lower-case letter, 0 where it gives nothing."""
    table = np.arange(_TABLE_END, dtype=np.uint16)
    for code in range(_TABLE_END):
        table[code] = ord(_FOLD[code]) if _FOLD.get(code) else 0 if code in _FOLD else code
    return table


_LETTERS = _letter_table()


def fold_all(texts: Sequence[str]) -> list[str]:
    """`fold` for many normalised texts at once, several times as fast: one look-up in a table for all their letters."""
    if not texts:
        return []
    lowered = _SEPARATOR.join(texts).lower()
    if lowered.isascii():
        return lowered.split(_SEPARATOR)
    codes = np.frombuffer(lowered.encode("utf-32-le", "surrogatepass"), np.uint32)
    if codes.max() >= _TABLE_END:
        return [fold(text) for text in texts]
    folded = _LETTERS[codes]
    together: str = folded[folded != 0].tobytes().decode("utf-16-le")
    return together.split(_SEPARATOR)


def words(text: str) -> list[str]:
    """The words of a text in lower case, accents kept, without punctuation and emoji."""
    return _WORD.findall(text.lower().replace("_", " "))


class _Folded(dict[str, str]):
    """Folded word by word, filled as words come; emptied when it has grown too large, as garbage may come without end."""

    def __missing__(self, word: str) -> str:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        self[word] = folded = fold(word)
        return folded


_MOST_REMEMBERED = 100_000
_FOLDED_WORDS = _Folded()


def fold_words(typed: Sequence[str]) -> list[str]:
    """`fold` of each word. Words repeat so much that remembering them is quicker."""
    return list(map(_FOLDED_WORDS.__getitem__, typed))


@cache
def teencode() -> dict[str, str]:
    """Abbreviation → what it stands for (one or more words), from `data/teencode.tsv`."""
    lines = resources.files(__package__).joinpath("data/teencode.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t")[:2] for line in lines if line and not line.startswith("#"))


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
