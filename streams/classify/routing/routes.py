"""Which office a petition goes to: the routing table applied to kind, category, place and level, with the reasons."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

from schemas.events.base import Level
from schemas.events.intake import PetitionKind
from schemas.reference import TRIAGE_OFFICE, categories, offices, wards
from schemas.reference.texts import Language
from streams.classify.found import Place
from streams.classify.place import SURE
from streams.classify.routing.table import TRIAGE, UNKNOWN, WARD, Mistake, Rule, check, compiled, parse

MOST_CANDIDATES = 5
_MOST_REMEMBERED = 50_000
_SENTENCES: dict[Language, dict[str, str]] = {
    "vi": {
        "rule": "{category} → {office}: {note} (quy tắc dòng {line})",
        "triage": "cần người phân loại: {note} (quy tắc dòng {line})",
        "no-ward": "{category} do phường, xã xử lý nhưng chưa chắc phường, xã nào",
        "candidates": "có thể là {wards}",
        "co": "cùng xử lý: {offices}",
    },
    "en": {
        "rule": "{category} → {office}: {note} (rule in line {line})",
        "triage": "a person must sort it: {note} (rule in line {line})",
        "no-ward": "{category} is for the ward, but which ward is not certain",
        "candidates": "it may be {wards}",
        "co": "together with {offices}",
    },
}


class BadRoutingError(ValueError):
    """A routing table that cannot be used. `mistakes` has each with its line."""

    def __init__(self, name: str, mistakes: list[Mistake]) -> None:
        super().__init__("; ".join(f"{name}:{mistake.line}: {mistake.what}" for mistake in mistakes[:5]))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Route:
    """Who gets it. With `triage`, `office` is the triage office and a person decides; `reasons` are for the dispatcher."""

    office: str
    co_offices: tuple[str, ...]
    triage: bool
    reasons: tuple[str, ...]


class RoutingTable:
    """A checked table. Raises `BadRoutingError` with all mistakes if it has any."""

    def __init__(self, text: str, name: str = "routing", *, language: Language = "vi") -> None:
        mistakes = check(text)
        if mistakes:
            raise BadRoutingError(name, mistakes)
        rules, _ = parse(text)
        self._rules = compiled(rules)
        self._language = language
        self._sentences = _SENTENCES[language]
        self._remembered = lru_cache(maxsize=_MOST_REMEMBERED)(self._route)

    def route(self, kind: PetitionKind, category: str, place: Place, level: Level) -> Route:
        """The office and its co-owners. A ward counts only if the place is sure; else what belongs to wards goes to triage."""
        return self._remembered(
            kind, category, level, sure_ward(place), place.candidates or ((place.ward_code,) if place.ward_code else ())
        )

    def _route(self, kind: PetitionKind, category: str, level: Level, ward: str | None, possible: tuple[str, ...]) -> Route:
        rule = next(rule for rule in self._rules[kind, category, level] if (ward or UNKNOWN) in rule.wards)
        named = wards()[ward].office if ward else None
        co_offices = tuple(code for part in rule.co_offices if (code := named if part == WARD else part))
        if rule.office == TRIAGE:
            return Route(TRIAGE_OFFICE, (), True, (self._say("triage", rule, category), *self._candidates(possible)))
        if rule.office == WARD and named is None:
            reasons = (self._say("no-ward", rule, category), *self._candidates(possible))
            return Route(TRIAGE_OFFICE, (), True, reasons)
        office = named if rule.office == WARD and named else rule.office
        return Route(office, tuple(code for code in co_offices if code != office), False, self._reasons(rule, category, office, co_offices))

    def _reasons(self, rule: Rule, category: str, office: str, co_offices: tuple[str, ...]) -> tuple[str, ...]:
        first = self._say("rule", rule, category, office)
        if not co_offices:
            return (first,)
        return first, self._sentences["co"].format(offices=", ".join(self._office(code) for code in co_offices))

    def _say(self, key: str, rule: Rule, category: str, office: str = TRIAGE_OFFICE) -> str:
        named = categories()[category]
        return self._sentences[key].format(
            category=named.name_vi if self._language == "vi" else named.name_en,
            office=self._office(office),
            note=rule.note,
            line=rule.line,
        )

    def _office(self, code: str) -> str:
        office = offices()[code]
        return office.name_vi if self._language == "vi" else office.name_en

    def _candidates(self, possible: tuple[str, ...]) -> tuple[str, ...]:
        if not possible:
            return ()
        named = ", ".join(wards()[code].full_name_vi for code in possible[:MOST_CANDIDATES])
        more = " …" if len(possible) > MOST_CANDIDATES else ""
        return (self._sentences["candidates"].format(wards=named + more),)


def sure_ward(place: Place) -> str | None:
    """The ward's code if it is certain enough to give it work without a person looking."""
    return place.ward_code if place.ward_code and place.confidence >= SURE else None


def load(path: Path | None = None, *, language: Language = "vi") -> RoutingTable:
    """The operator's table, or the project's own. Raises `OSError`, `UnicodeDecodeError`, `BadRoutingError`."""
    if path is None:
        return RoutingTable(own_text(), "routing.csv", language=language)
    return RoutingTable(path.read_text(encoding="utf-8"), path.name, language=language)


def own_text() -> str:
    """The table that the project ships."""
    return resources.files(__package__).joinpath("routing.csv").read_text(encoding="utf-8")


@cache
def _own() -> RoutingTable:
    return load()


def route(kind: PetitionKind, category: str, place: Place, level: Level) -> Route:
    """By the project's own table."""
    return _own().route(kind, category, place, level)
