"""Texts for citizens and offices, Vietnamese first, English switchable. The words stand in `reference/texts.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")
Group = Literal["rule", "right-address", "state", "level", "clock", "result", "contribution", "masked"]


def language_for(code: str) -> Language:
    """In which of our languages somebody is told who wrote in this one (ISO 639-1): English, unless it is Vietnamese."""
    return "vi" if code == "vi" else "en"


class _Known(dict[str, object]):
    """Values of a template; a missing one becomes an ellipsis, since a citizen must never see a brace."""

    def __missing__(self, key: str) -> str:
        return "…"


@cache
def _catalogue() -> dict[str, Any]:
    text = resources.files("schemas.reference").joinpath("texts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def title(what: str, lang: Language = "vi") -> str:
    """A short title for an event type (`assigned`); a type that is newer than the texts gives its own name."""
    found = _catalogue()["event"].get(what)
    return str(found[lang][0]) if found else what


def sentence(what: str, lang: Language = "vi", values: Mapping[str, object] | None = None) -> str:
    """One sentence for the citizen about an event. `values` are already words (office names, dates as local text)."""
    found = _catalogue()["event"].get(what)
    return str(found[lang][1]).format_map(_Known(values or {})) if found else what


def words(group: Group, code: str, lang: Language = "vi") -> str:
    """The words for a code of a group, for example ("state", "accepted"); an unknown code gives itself."""
    found = _catalogue()[group].get(code)
    return str(found[lang]) if found else code


def in_language(group: Group, said: str, lang: Language) -> str:
    """A text that stands on the record in Vietnamese, in another language where it is one of the group's; else as it was said."""
    return next((str(one[lang]) for one in _catalogue()[group].values() if one["vi"] == said), said)


def rule_text(rule: str, lang: Language = "vi") -> str:
    """Why a request was refused or an answer sent back, by rule code."""
    return words("rule", rule, lang)


def right_address(kind: str, lang: Language = "vi") -> str:
    """Where a petition that is not taken up here belongs, by refusal kind."""
    return words("right-address", kind, lang)


def codes(group: Group | Literal["event"]) -> frozenset[str]:
    """All codes of a group, for checks of completeness."""
    return frozenset(_catalogue()[group])
