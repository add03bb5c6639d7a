"""Numbers that say where: of houses, lanes, alleys, residents' groups, poles, buildings, roads.

`ngõ 12` and `ngõ 21` are two places, however alike the rest of two texts is. How long, how many and how big is no place.
"""

from __future__ import annotations

import re
import unicodedata

from schemas.platform.folding import fold

_NUMBER = r"\d{1,4}[a-z]?\d{0,2}(?:[/.-]\d{1,4}[a-z]?)*"
_CODE = r"[a-z]{1,3}[.-]?\d{1,3}[a-z]?|\d{1,3}[a-z]?\d{0,2}"
# What makes a number an amount: days, people, metres, money.
_NO_AMOUNT = (
    r"(?![\w/])(?!\s*(?:ngay|hom|tuan|thang|nam|gio|h|phut|met|m|m2|cm|km|lan|nguoi|trieu|ty|dong|nghin|tang"
    r"|days?|weeks?|months?|hours?|metres?|meters?|times|people)\b)(?!\s*%)"
)
_PLATE = "plate"
"""Understood, so that nothing else is read in it, and left out: it is somebody's, and no place."""
_KINDS: tuple[tuple[str, str, str], ...] = (
    (_PLATE, r"bien so|bks|bien kiem soat", r"\d{2}[a-z]\d?[ .-]?\d{3,5}(?:\.\d{2})?"),
    ("group", r"to dan pho|to dp|tdp|khu dan cu|khu pho|to|cum", _NUMBER),
    ("hamlet", r"thon|xom|doi", _NUMBER),
    ("road", r"quoc lo|ql|tinh lo|tl|duong tinh|dt|vanh dai", _NUMBER),
    ("route", r"tuyen|xe buyt|xe bus|buyt|bus", _NUMBER),
    ("pole", r"cot dien|cot den|cot den cao ap|cot cao ap|cot|tru den|tru|tram bien ap|tram|tu dien|pole", _NUMBER),
    ("km", r"km|ly trinh", _NUMBER),
    ("room", r"can ho|can|phong", _CODE),
    ("block", r"toa nha|toa|block|lo|day|khu nha|nha ct", _CODE),
    ("deep", r"hem|kiet", _NUMBER),
    ("alley", r"ngach", _NUMBER),
    ("lane", r"ngo|lane|alley", _NUMBER),
    ("house", r"so nha|nha so|sn|dia chi|so|nha|number|no", _NUMBER),
)
_PATTERNS = tuple((kind, re.compile(rf"\b(?:{before})\s*(?:so\s*)?[:.]?\s*({number}){_NO_AMOUNT}")) for kind, before, number in _KINDS)
# `12 phố Huế`, `12 Hàng Bài`, and the number at the start of an address.
_BEFORE_STREET = re.compile(rf"\b({_NUMBER})\s+(?:pho|duong)\s+(?!day|ong|dien|nuoc)")
_BEFORE_NAME = re.compile(r"\b(\d{1,4}[A-Za-z]?(?:/\d{1,4})*)\s+(?=[^\W\d_a-z]\w*\s+[^\W\d_a-z])")
_LEADING = re.compile(rf"^\s*({_NUMBER})(?=[\s,])")


def numbers(text: str, address: str | None = None) -> frozenset[str]:
    """All of them as `kind:number`, such as `lane:12`."""
    found = _in(text)
    if address:
        leading = _LEADING.match(fold(address))
        found |= _in(address) | (_parts("house", leading[1]) if leading else set())
    return frozenset(found)


def _in(text: str) -> set[str]:
    found: set[str] = set()
    text = unicodedata.normalize("NFC", text)
    rest = fold(text)
    for kind, pattern in _PATTERNS:
        if kind != _PLATE:
            found.update(*(_parts(kind, match[1]) for match in pattern.finditer(rest)))
        # A number that was understood is not looked at again (`cột số 5` is no house); positions stay.
        rest = pattern.sub(lambda match: "|" * len(match[0]), rest)
    for match in _BEFORE_STREET.finditer(rest):
        found |= _parts("house", match[1])
    for match in _BEFORE_NAME.finditer(text):
        if rest[match.start()] != "|" and _begins_names(text[match.end() :]):
            found |= _parts("house", fold(match[1]))
    return found


def _begins_names(text: str) -> bool:
    """Two words in capitals: a street's or a person's name."""
    first, second = (*text.split(maxsplit=2), "", "")[:2]
    return first[:1].isupper() and second[:1].isupper()


def _parts(kind: str, number: str) -> set[str]:
    """`ngõ 58/23` and `ngách 58/23` are alley 23 of lane 58."""
    steps = number.replace(".", "/").split("/") if kind in ("lane", "alley", "deep") else [number]
    names = ("lane", "alley", "deep")
    if len(steps) > 1:
        return {f"{name}:{step}" for name, step in zip(names, steps, strict=False)}
    return {f"{kind}:{number}"}


def by_kind(found: frozenset[str]) -> dict[str, set[str]]:
    """`{"lane": {"12"}}`."""
    kinds: dict[str, set[str]] = {}
    for item in found:
        kind, _, number = item.partition(":")
        kinds.setdefault(kind, set()).add(number)
    return kinds
