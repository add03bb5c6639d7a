"""Unicode made one: compatibility-composed, without what cannot be seen, tones in the old place."""

from __future__ import annotations

import re
import unicodedata

_MARKS = range(0x0300, 0x0370)
_INVISIBLE = (
    *(0x00AD, 0x034F, 0x061C, 0x180E, 0xFEFF),
    *(*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)),
    *(*range(0xFE00, 0xFE10), *range(0xE0000, 0xE0080)),
)
_CONTROL_AND_SURROGATES = (*range(0x20), *range(0x7F, 0xA0), 0xFFFD, *range(0xD800, 0xE000))
_CROSSED = {"ð": "đ", "Ð": "Đ", "ɖ": "đ", "Ɖ": "Đ"}
"""Letters of other alphabets that look like đ."""
_CLEAN: dict[int, str | None] = {
    **{ord(letter): meant for letter, meant in _CROSSED.items()},
    **dict.fromkeys(_INVISIBLE),
    **dict.fromkeys(_CONTROL_AND_SURROGATES, " "),
}
_NO_MARKS = str.maketrans(dict.fromkeys(_MARKS))
_HAS_MARKS = re.compile(r"[\u0300-\u036f]")
_NOT_CLEAN = re.compile(
    r"[^\u0020-\u007e\u00a1-\u00ac\u00ae-\u00cf\u00d1-\u00ef\u00f1-\u0188\u018a-\u0233\u0257-\u02af\u1e00-\u1eff\u2010-\u2027\U0001f300-\U0001faff]"
)

# Letters of other scripts that pass for Latin ones; only replaced inside a word that has Latin letters too.
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһмтвнкАЕОРСУХІЈМТВНКοαενικρτυΑΒΕΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhmtbhkAEOPCYXIJMTBHKoaevikptuABEHIKMNOPTYX",
)
_OTHER_SCRIPT = re.compile(r"[\u0370-\u03ff\u0400-\u04ff\u0500-\u052f]")
_LATIN = r"[a-zA-ZÀ-\u024fḀ-ỹ]"
_MIXED_WORD = re.compile(rf"\w*(?:{_LATIN}[\u0370-\u052f]|[\u0370-\u052f]{_LATIN})\w*")


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
    return text if "  " not in text and text[:1] != " " != text[-1:] else " ".join(text.split())


def _composed(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.translate(_CLEAN)).translate(_CLEAN)
    if _HAS_MARKS.search(text):
        text = unicodedata.normalize("NFKC", text.translate(_NO_MARKS))
    if _OTHER_SCRIPT.search(text):
        text = _MIXED_WORD.sub(lambda m: m[0].translate(_LOOKALIKES), text)
    return text
