"""The language of an answer: of a call by what it asks for, of a page by what its reader has chosen."""

from __future__ import annotations

from starlette.requests import Request

from schemas.reference.texts import LANGUAGES, Language

COOKIE = "lang"


def language(request: Request, otherwise: Language = "vi") -> Language:
    """`?lang=` decides, then the better liked of vi and en in Accept-Language; `otherwise` when neither is named."""
    return _named(request.query_params.get("lang")) or liked(request.headers.get("accept-language", ""), otherwise)


def page_language(request: Request) -> Language:
    """`?lang=` decides and is remembered in a cookie. Browsers in Hanoi often say English, so their header does not count."""
    return _named(request.query_params.get("lang")) or _named(request.cookies.get(COOKIE)) or "vi"


def liked(accept: str, otherwise: Language = "vi") -> Language:
    """The better liked of Vietnamese and English in an Accept-Language header; `otherwise` when neither is named."""
    weights = dict.fromkeys(LANGUAGES, 0.0)
    for part in accept.lower().split(","):
        tag, _, weight = part.partition(";q=")
        if name := _named(tag.strip()[:2]):
            weights[name] = max(weights[name], _weight(weight))
    if not any(weights.values()):
        return otherwise
    return "en" if weights["en"] > weights["vi"] else "vi"


def _named(text: str | None) -> Language | None:
    return next((name for name in LANGUAGES if name == text), None)


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
