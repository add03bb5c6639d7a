"""Text of encodings from before Unicode, read with the wrong table: TCVN3 (`§­êng`), VNI-Windows (`ñöôøng`), VIQR (`ddu+o+`ng`), and UTF-8
taken for Western European (`Ä‘Æ°á»ng`). Each gives the text, or None where it does not look like one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from streams.classify.text.syllables import syllable, taken_apart

_FOREIGN = (
    r"\u00a1-\u00bf\u00c4-\u00c7\u00cb\u00cf-\u00d1\u00d6-\u00d8\u00db\u00dc\u00de\u00df"
    r"\u00e4-\u00e7\u00eb\u00ef-\u00f1\u00f6-\u00f8\u00fb\u00fc\u00fe"
)
"""Letters and signs of Western European that Vietnamese does not have: what the old encodings look like."""
_HAS_FOREIGN = re.compile(f"[{_FOREIGN}]")
_LOOKS_OLD = re.compile(f"(?i)[a-z][{_FOREIGN}]|[{_FOREIGN}][a-z]|[aeo]\\^|[ou]\\+|a\\([a-z]")
_TCVN3 = str.maketrans(
    "¸µ¶·¹¨¾»¼½Æ©ÊÇÈÉË®ÐÌÎÏÑªÕÒÓÔÖÝ×ØÜÞãßáâä«èåæçé¬íêëìîóïñòô\u00adøõö÷ùýúûüþ¡¢§£¤¥¦",
    "áàảãạăắằẳẵặâấầẩẫậđéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵĂÂĐÊÔƠƯ",
)


@cache
def _western() -> dict[str, int]:
    """Byte by letter, by the number too, as some programs take it."""
    return {letter: byte for byte in range(256) for letter in (chr(byte), bytes([byte]).decode("cp1252", "ignore")) if letter}


_VNI_MARKS = {
    **dict(zip("ùøûõï", "\u0301\u0300\u0309\u0303\u0323", strict=True)),
    **{mark: f"\u0302{tone}" for mark, tone in zip("âáàåãä", ("", "\u0301", "\u0300", "\u0309", "\u0303", "\u0323"), strict=True)},
    **{mark: f"\u0306{tone}" for mark, tone in zip("êéèúüë", ("", "\u0301", "\u0300", "\u0309", "\u0303", "\u0323"), strict=True)},
}
_VNI_LETTERS = dict(zip("ôöñæóòîÔÖÑÆÓÒÎ", "ơưđỉĩịỵƠƯĐỈĨỊỴ", strict=True))
_VNI_PAIR = re.compile("([aeouyôöAEOUYÔÖ])([ùøûõïâáàåãäêéèúüëÙØÛÕÏÂÁÀÅÃÄÊÉÈÚÜË])")
_VIQR = re.compile(r"(?i)dd|[aeouiy](?:[(^+][`'?~.]?|[`'?~.])")
_VIQR_SURE = re.compile(r"(?i)[aeo]\^|[ou]\+|a\([^ ]|dd")
_VIQR_MARKS = {"(": "\u0306", "^": "\u0302", "+": "\u031b", "`": "\u0300", "'": "\u0301", "?": "\u0309", "~": "\u0303", ".": "\u0323"}
_WORD = re.compile(r"[^\W\d_]+")


def looks_old(text: str) -> bool:
    """A quick look: letters that are not Vietnamese, or signs between letters."""
    odd = "^" in text or "+" in text if text.isascii() else _HAS_FOREIGN.search(text)
    return bool(odd) and _LOOKS_OLD.search(text) is not None


def converted(text: str) -> str:
    """The text as it was meant, if another reading of it has more Vietnamese words; else as it is."""
    readings = [text, *(other for read in (_utf8, _tcvn3, _vni_windows, _viqr) if (other := read(text)) is not None)]
    return max(readings, key=_vietnamese)  # the first of the best: as it is, where nothing is better


def _vietnamese(text: str) -> int:
    """Words with diacritics that are Vietnamese, less those that are not."""
    words = [word.lower() for word in _WORD.findall(unicodedata.normalize("NFC", text)) if not word.isascii()]
    return sum(1 if syllable(*taken_apart(word)) else -1 for word in words)


def _utf8(text: str) -> str | None:
    try:
        return bytes(_western()[letter] for letter in text).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return None


def _tcvn3(text: str) -> str:
    return text.translate(_TCVN3)


def _vni_windows(text: str) -> str:
    def pair(found: re.Match[str]) -> str:
        letter, mark = _VNI_LETTERS.get(found[1], found[1]), _VNI_MARKS[found[2].lower()]
        return unicodedata.normalize("NFC", letter + mark)

    read = _VNI_PAIR.sub(pair, text)
    return "".join(_VNI_LETTERS.get(letter, letter) for letter in read)


def _viqr(text: str) -> str | None:
    def sign(found: re.Match[str]) -> str:
        letter, marks = found[0][0], found[0][1:]
        if letter in "dD":
            return "đ" if letter == "d" else "Đ"
        return unicodedata.normalize("NFC", letter + "".join(_VIQR_MARKS[mark] for mark in marks))

    return _VIQR.sub(sign, text) if _VIQR_SURE.search(text) else None
