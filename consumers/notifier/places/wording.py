"""What is said to who follows a place. Pure: nothing that anybody wrote, as on the public list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from consumers.notifier.places.news import Reported
from consumers.notifier.places.place import Place
from consumers.notifier.wording import Links, Message, both, say
from consumers.views.public import category_name
from schemas.reference.texts import Language


@dataclass(frozen=True, slots=True)
class Told:
    """What is new at a place, of the days from `first` to `last`, both included; `most` of them are told one by one."""

    place: Place
    found: Sequence[Reported]
    first: date
    last: date
    most: int

    @property
    def days(self) -> str:
        first, last = f"{self.first:%d/%m/%Y}", f"{self.last:%d/%m/%Y}"
        return first if first == last else f"{first} – {last}"

    def values(self, lang: Language) -> dict[str, str]:
        return {"place": self.place.name(lang), "n": str(len(self.found)), "days": self.days}


def question(place: Place, language: Language, links: Links) -> Message:
    """Whether the address is its receiver's."""

    def said(key: str, lang: Language) -> str:
        return say(key, lang, {"place": place.name(lang), "confirm": links.confirm, "leave": links.leave})

    return Message(said("place.confirm-title", language), both(language, lambda lang: said("place.confirm", lang)), "")


def news(told: Told, language: Language, *, base: str, leave: str) -> Message:
    """`base`: the pages' address."""
    subject = say("place.subject", language, told.values(language))
    return Message(subject, both(language, lambda lang: "\n".join(_lines(told, lang, base, leave))), "")


def _lines(told: Told, lang: Language, base: str, leave: str) -> Iterator[str]:
    everything = f"{base}/cong-khai?{told.place.query}&received_from={told.first}&received_to={told.last}"
    values = {**told.values(lang), "link": everything, "leave": leave}
    yield say("place.heading", lang, values)
    yield ""
    yield from (f"  - {_line(one, lang)}: {base}/cong-khai/{one.number}" for one in told.found[: told.most])
    yield ""
    yield say("place.all", lang, values)
    yield say("place.leave", lang, values)


def _line(one: Reported, lang: Language) -> str:
    return ", ".join(part for part in (category_name(one.category, lang), one.street, f"{one.on:%d/%m}") if part)
