"""What a notice says. Pure: from what the citizen's own page would show, and nothing else."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from consumers.timeline import TimelineEntry
from consumers.views import citizen
from schemas.reference.texts import LANGUAGES, Language, words

Item = dict[str, Any]
_SHOWN_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Links:
    """`follow`: the petition's page, if `by_code`, else where a code can be typed."""

    follow: str
    by_code: bool
    leave: str
    confirm: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """`subject` and `text` for a mail, in both languages; `short` for an SMS, in the receiver's; `state`: where the petition stands."""

    subject: str
    text: str
    short: str
    state: str = ""


def items(entry: TimelineEntry, language: Language) -> list[Item]:
    """What the citizen sees of this event; empty when that is nothing, or an answer to what he himself did."""
    return citizen.items([entry], language)


def news(entry: TimelineEntry, number: str, language: Language, links: Links) -> Message:
    """`number`: the petition's id, of which the beginning is shown. The receiver's language comes first."""
    shown = items(entry, language)
    values = {"number": number[:_SHOWN_DIGITS], "title": shown[-1]["title"], "link": links.follow, "leave": links.leave}
    text = both(language, lambda lang: _body(items(entry, lang), lang, values, by_code=links.by_code))
    state = words("state", entry.case["state"], language)
    return Message(say("mail.subject", language, values), text, say("short.message", language, values), state)


def confirmation(number: str, language: Language, links: Links) -> Message:
    values = {"number": number[:_SHOWN_DIGITS], "confirm": links.confirm}
    text = both(language, lambda lang: say("confirm.message", lang, values))
    return Message(say("confirm.title", language, values), text, say("confirm.message", language, values))


def both(first: Language, said: Callable[[Language], str]) -> str:
    """A text in every language, one below the other; the receiver's comes first."""
    return "\n\n--\n\n".join(map(said, (first, *(other for other in LANGUAGES if other != first))))


def _body(shown: Sequence[Item], language: Language, values: dict[str, str], *, by_code: bool) -> str:
    parts = [f"{item['title']}\n{item['message']}" for item in shown]
    follow = "mail.follow" if by_code else "mail.follow-with-code"
    return "\n\n".join((*parts, say(follow, language, values), say("mail.leave", language, values)))


def say(key: str, language: Language, values: dict[str, str]) -> str:
    """A text of `texts.toml`, its names filled in."""
    return _texts()[key][language].format(**values)


@cache
def _texts() -> dict[str, dict[str, str]]:
    raw = tomllib.loads(resources.files(__package__).joinpath("texts.toml").read_text(encoding="utf-8"))
    return {f"{group}.{key}": text for group, entries in raw.items() for key, text in entries.items()}
