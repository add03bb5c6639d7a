"""Which syllables Vietnamese has: made from onsets, rhymes and tones, so that a word of any encoding can be asked whether it is one."""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import product

from streams.classify.text.folding import fold

ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
_OPEN = (
    "a ai ao au ay e eo i ia iu o oa oai oay oe oi u ua ui uy uya uyu y yêu âu ây ê êu iêu ô ôi ơ ơi ư ưa ưi ưu ươi ươu uê uơ uôi uây oeo"
)
"""Rhymes that end in a vowel: every tone."""
_NASAL = (
    "am an ang anh em en eng enh im in inh iêm iên iêng om on ong oam oan oang oanh oăm oăn oăng oen um un ung uân uâng uynh "
    "uyên ăm ăn ăng âm ân âng êm ên ênh ôm ôn ông ơm ơn ưm ưn ưng ươm ươn ương uôm uôn uông yêm yên yêng uyn ynh oong"
)
"""Rhymes that end in a nasal: every tone."""
_STOP = (
    "ac ach ap at ec ep et ich ip it iêc iêp iêt oc op ot oac oach oat oăc oăt oet uc up ut uât uych uyt uyêt ăc ăp ăt âc âp "
    "ât êch êp êt ôc ôp ôt ơp ơt ưc ưt ươc ươp ươt uôc uôt yêt yt ooc oap uêch"
)
"""Rhymes that end in a stop: only with the acute or the dot."""
_TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
_STOP_TONES = ("\u0301", "\u0323")
_MARKS = frozenset(_TONES[1:])
_FRONT = frozenset("eêiy")
_AFTER_G = ("i", "in", "iêng")
"""gì, gìn, giếng; else `gi` is an onset of its own."""
_VOWELS = "aăâeêioôơuưy"


def _fits(onset: str, rhyme: str) -> bool:
    """Spelling: c, g, ng before back vowels, k, gh, ngh before front ones; qu and gi swallow their vowel."""
    front = rhyme[0] in _FRONT
    if onset in ("k", "gh", "ngh"):
        return front
    if onset in ("c", "g", "ng"):
        return not front or (onset == "g" and rhyme in _AFTER_G)
    if onset == "qu":
        return rhyme[0] not in "uưoô" or rhyme == "ôc"
    if onset == "gi":
        return rhyme[0] not in "iy"
    return True


def _toned(rhyme: str, tone: str) -> str:
    """The tone on its letter, in the old place (as `normalise` has it)."""
    vowels = [at for at, letter in enumerate(rhyme) if letter in _VOWELS]
    marked = next((at for at in reversed(vowels) if rhyme[at] in "ăâêôơư"), None)
    if marked is None:
        closed = vowels[-1] < len(rhyme) - 1
        marked = vowels[-1] if closed or len(vowels) == 1 else vowels[1] if len(vowels) == 3 else vowels[0]
    return unicodedata.normalize("NFC", rhyme[: marked + 1] + tone + rhyme[marked + 1 :])


@cache
def syllables() -> frozenset[str]:
    """All that the rules of spelling allow, in lower case, about 17,000."""
    found, stops = set(), frozenset(_STOP.split())
    for onset, rhyme in product(("", *ONSETS.split()), f"{_OPEN} {_NASAL} {_STOP}".split()):
        if onset and not _fits(onset, rhyme):
            continue
        for tone in _STOP_TONES if rhyme in stops else _TONES:
            found.add(onset + _toned(rhyme, tone))
    return frozenset(found)


@cache
def _by_base() -> dict[tuple[str, str], str]:
    return {taken_apart(syllable): syllable for syllable in syllables()}


def taken_apart(word: str) -> tuple[str, str]:
    """A word without its tone, and the tone (a combining mark, empty for none; the last if there are several)."""
    letters = unicodedata.normalize("NFD", word)
    tones = [letter for letter in letters if letter in _MARKS]
    return unicodedata.normalize("NFC", "".join(letter for letter in letters if letter not in _MARKS)), tones[-1] if tones else ""


def syllable(base: str, tone: str) -> str | None:
    """The syllable of these letters with this tone, wherever it was typed; None if there is none."""
    return _by_base().get((base, tone))


@cache
def plain_syllables() -> frozenset[str]:
    """The same without diacritics, about 2,300."""
    return frozenset(map(fold, syllables()))
