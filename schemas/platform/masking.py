"""Personal data in free text, found and masked: the catalogue of kinds, and one way to mask a text or whatever JSON holds texts.

For everyone but the office that is responsible for a petition. A text of a citizen may hold more that tells who somebody is (a name, a
house): no pattern finds that, so masking is a second fence and never the reason to show a text to somebody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from enum import StrEnum
from typing import Any

from phonenumbers import PhoneNumberMatcher, PhoneNumberType, number_type

from schemas.reference.texts import Language, words

Span = tuple[int, int]


class Kind(StrEnum):
    """What is found. In texts that overlap the first of these counts."""

    EMAIL = "email"
    PHONE = "phone"
    IDENTITY = "identity"
    PLATE = "plate"


_DIGITS_AT_LEAST = 6
_PEOPLES = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
"""Numbers of people and offices; 1800 and 1900 are everybody's."""
# `sđt0912345678`: the library wants a number to stand alone.
_BESIDE_A_NUMBER = re.compile(r"[^\W\d_](?=\+?\d)|(?<=\d)[^\W\d_]")
_ID_OF_OURS = re.compile(r"(?<!\w)[0-9a-f-]{26,}(?!\w)")
"""Ids of petitions and events, UUIDs: whoever mends something needs them, and digits between their letters are nobody's number."""

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NO_AMOUNT = r"(?!\d|[.,]\d|\s*(?:đ|đồng|vnđ|vnd|usd|nghìn|ngàn|triệu|tỷ|tỉ|m2|m²|m3|m³|kwh)\b)"
_IDENTITY = (
    # CCCD: 12 digits, the first three a province or country of birth (001–096); no amount begins with a zero.
    re.compile(r"(?<![\d.,])0(?:0[1-9]|[1-8]\d|9[0-6])(?:[ .-]?\d){9}(?!\d)"),
    # CMND: 9 digits; in groups only with a leading zero, or it would be any amount of money.
    re.compile(rf"(?<![\d.,/+-])(?:\d{{9}}|0\d{{2}}([ .-])\d{{3}}\1\d{{3}}){_NO_AMOUNT}", re.IGNORECASE),
    re.compile(
        r"(?:cmnd|cmt|cccd|chứng minh(?: nhân dân| thư)?|căn cước(?: công dân)?)"
        r"\W{0,3}(?:số\W{0,2})?(\d(?:[ .-]?\d){8,11})(?!\d)",
        re.IGNORECASE,
    ),
)
_PLATE = (
    # 29A-123.45, 30E1-234.56, 29-B1 123.45, 29A 12345, 29A12345; not `24h 15000`, not `24T1 1203` (a flat).
    re.compile(r"(?<!\w)(?!\d{2}(?-i:[hkmg])\s)[1-9]\d-?[a-zđ][a-zđ\d]?(?:\s?[-–.]\s?|\s?)\d{3}\.?\d{2}(?![\w])", re.IGNORECASE),
    re.compile(r"(?<!\w)[1-9]\d-?[a-zđ][a-zđ\d]?\s?[-–]\s?\d{4}(?![\w])", re.IGNORECASE),
    re.compile(
        r"(?:biển(?: số| kiểm soát)?|bks|bsx)(?: xe)?\W{0,3}"
        r"([1-9]\d[ -]?[a-zđ][a-zđ\d]?[-–. ]{0,3}\d{3,5}(?:\.\d{2})?)(?!\w)",
        re.IGNORECASE,
    ),
)


def _by_patterns(*patterns: re.Pattern[str], group: int = 0) -> Callable[[str], Iterator[Span]]:
    def found(text: str) -> Iterator[Span]:
        for pattern in patterns:
            for match in pattern.finditer(text):
                yield match.span(group)

    return found


def _phones(text: str) -> Iterator[Span]:
    apart = _BESIDE_A_NUMBER.sub(" ", text)
    for match in PhoneNumberMatcher(apart, "VN"):
        if number_type(match.number) in _PEOPLES:
            yield match.start, match.end


def _last_group(patterns: tuple[re.Pattern[str], ...], text: str) -> Iterator[Span]:
    """The last pattern has a word before what it finds; that word may stay."""
    yield from _by_patterns(*patterns[:-1])(text)
    yield from _by_patterns(patterns[-1], group=1)(text)


KINDS: Mapping[Kind, Callable[[str], Iterator[Span]]] = {
    Kind.EMAIL: _by_patterns(_EMAIL),
    Kind.PHONE: _phones,
    Kind.IDENTITY: lambda text: _last_group(_IDENTITY, text),
    Kind.PLATE: lambda text: _last_group(_PLATE, text),
}


def find(text: str) -> list[tuple[Kind, Span]]:
    """What of a person stands in the text, in its order; spans do not overlap."""
    taken: list[tuple[Kind, Span]] = []
    if "@" not in text and sum(letter.isdigit() for letter in text) < _DIGITS_AT_LEAST:
        return taken
    ours = [match.span() for match in _ID_OF_OURS.finditer(text)]
    for kind, spans in KINDS.items():
        for span in spans(text):
            if not any(_overlap(span, other) for other in (*ours, *(known for _, known in taken))):
                taken.append((kind, span))
    return sorted(taken, key=lambda one: one[1])


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def mask(text: str, lang: Language = "vi") -> str:
    """The text with words in the place of what is personal: `gọi (số điện thoại đã che)`."""
    parts, at = [], 0
    for kind, (start, end) in find(text):
        parts += [text[at:start], words("masked", kind, lang)]
        at = end
    return "".join((*parts, text[at:]))


def masked(found: Any, lang: Language = "vi", *, hide: Collection[str] = (), by: str = "") -> Any:
    """JSON with each text masked, at any depth, also in JSON that stands in a text; fields named in `hide` become `by` whole."""
    if isinstance(found, dict):
        return {mask(name, lang): by if name in hide else masked(value, lang, hide=hide, by=by) for name, value in found.items()}
    if isinstance(found, list):
        return [masked(value, lang, hide=hide, by=by) for value in found]
    if isinstance(found, str):
        return _masked_text(found, lang, hide, by)
    if isinstance(found, int | float) and not isinstance(found, bool):
        shown = mask(str(found), lang)
        return found if shown == str(found) else shown
    return found


def _masked_text(text: str, lang: Language, hide: Collection[str], by: str) -> str:
    if text.lstrip()[:1] in ("{", "[", '"'):
        try:
            inner = json.loads(text)
        except ValueError:
            return mask(text, lang)
        return json.dumps(masked(inner, lang, hide=hide, by=by), ensure_ascii=False)
    return mask(text, lang)
