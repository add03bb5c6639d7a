"""Which office a petition goes to: the routing table applied to kind, category, place, level and text, with the reasons."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

from schemas.events.base import Level
from schemas.events.intake import PetitionKind
from schemas.reference import TRIAGE_OFFICE, categories, offices, wards
from schemas.reference.texts import LANGUAGES, Language
from streams.classify.found import OwnerRule, Place, Where
from streams.classify.place import SURE
from streams.classify.routing.about import NO_CODES, NOTHING, STREET_CODES, About, AboutFinder
from streams.classify.routing.mistakes import BadRoutingError
from streams.classify.routing.streets import ManagedStreets, parse_streets, streets_text
from streams.classify.routing.table import TRIAGE, UNKNOWN, WARD, Rule, check, compiled, parse
from streams.classify.text.typed import Typed, typed

MOST_CANDIDATES = 5
_MOST_REMEMBERED = 50_000
_SENTENCES: dict[Language, dict[str, str]] = {
    "vi": {
        "rule": "{category} → {office}: {why} (quy tắc dòng {line})",
        "triage": "cần người phân loại: {why} (quy tắc dòng {line})",
        "no-ward": "{category} do phường, xã xử lý nhưng chưa chắc phường, xã nào: {why} (quy tắc dòng {line})",
        "candidates": "có thể là {wards}",
        "street": "đường có trong danh mục: {street}",
        "co": "cùng xử lý: {offices}",
        "source": "{note}, theo {source}",
        "to-be-confirmed": "{note} (chờ thành phố xác nhận)",
    },
    "en": {
        "rule": "{category} → {office}: {why} (rule in line {line})",
        "triage": "a person must sort it: {why} (rule in line {line})",
        "no-ward": "{category} is for the ward, but which ward is not certain: {why} (rule in line {line})",
        "candidates": "it may be {wards}",
        "street": "a street of the list: {street}",
        "co": "together with {offices}",
        "source": "{note}, under {source}",
        "to-be-confirmed": "{note} (to be confirmed by the city)",
    },
}


@dataclass(frozen=True, slots=True)
class Route:
    """Who gets it. With `triage`, `office` is the triage office and a person decides; `reasons` are for the dispatcher, `rule` says to
    everybody why this office."""

    office: str
    co_offices: tuple[str, ...]
    triage: bool
    reasons: tuple[str, ...]
    rule: OwnerRule


class RoutingTable:
    """A checked table, and who manages which street. Raises `BadRoutingError` with all mistakes if it has any."""

    def __init__(self, text: str, name: str = "routing", *, streets: ManagedStreets | None = None, language: Language = "vi") -> None:
        mistakes = check(text)
        if mistakes:
            raise BadRoutingError(name, mistakes)
        rules, _ = parse(text)
        self._rules = compiled(rules)
        self._wanted = {key: NO_CODES.union(*(rule.about for rule in fitting)) for key, fitting in self._rules.items()}
        self._finder = AboutFinder(streets or ManagedStreets(()))
        self._language = language
        self._sentences = _SENTENCES[language]
        self._remembered = lru_cache(maxsize=_MOST_REMEMBERED)(self._route)

    def route(  # noqa: PLR0917 -- what an owner follows from
        self, kind: PetitionKind, category: str, place: Place, level: Level, text: Typed | None = None, location: Where | None = None
    ) -> Route:
        """The office and its co-owners. A ward counts only if the place is sure; else what belongs to wards goes to triage, or where the
        table says. `text`, `location`: read for what the rules ask for; without them, nothing is known of it."""
        ward = sure_ward(place)
        wanted = self._wanted[kind, category, level]
        about = self._finder.find(wanted, text, location, ward) if wanted and text is not None else NOTHING
        return self._remembered(kind, category, level, ward, about, place.candidates or ((place.ward_code,) if place.ward_code else ()))

    def _route(  # noqa: PLR0917 -- hashable arguments for the cache
        self, kind: PetitionKind, category: str, level: Level, ward: str | None, about: About, possible: tuple[str, ...]
    ) -> Route:
        rule = next(rule for rule in self._rules[kind, category, level] if rule.fits(ward or UNKNOWN, about.codes))
        why = _why(rule, about)
        named = wards()[ward].office if ward else None
        if rule.office == TRIAGE or (rule.office == WARD and named is None):
            key = "triage" if rule.office == TRIAGE else "no-ward"
            return Route(TRIAGE_OFFICE, (), True, (self._say(key, rule, why, category), *self._candidates(possible)), why)
        office = named if rule.office == WARD and named else rule.office
        parts = [named if part == WARD else part for part in rule.co_offices]
        co_offices = tuple([code for code in parts if code and code != office])
        reasons = (self._say("rule", rule, why, category, office), *self._street(rule, about), *self._co_offices(co_offices))
        return Route(office, co_offices, False, reasons, why)

    def _street(self, rule: Rule, about: About) -> tuple[str, ...]:
        street = about.street if rule.about & STREET_CODES else None
        return (self._sentences["street"].format(street=street.name),) if street else ()

    def _co_offices(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        return (self._sentences["co"].format(offices=", ".join(map(self._office, codes))),) if codes else ()

    def _say(self, key: str, rule: Rule, why: OwnerRule, category: str, office: str = TRIAGE_OFFICE) -> str:
        named = categories()[category]
        return self._sentences[key].format(
            category=named.name_vi if self._language == "vi" else named.name_en,
            office=self._office(office),
            why=why.vi if self._language == "vi" else why.en,
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


def _why(rule: Rule, about: About) -> OwnerRule:
    """The rule in both languages: what it says, by which decision, and whether the city has confirmed that."""
    return OwnerRule(*[_in_words(rule, about, language) for language in LANGUAGES])


def _in_words(rule: Rule, about: About, language: Language) -> str:
    say, note, source, confirmed = _SENTENCES[language], rule.note[language], rule.source[language], rule.confirmed
    if about.street is not None and rule.about & STREET_CODES:
        source, confirmed = about.street.source_in(language), about.street.confirmed
    if not source:
        return note
    said = say["source"].format(note=note, source=source)
    return said if confirmed else say["to-be-confirmed"].format(note=said)


def load(path: Path | None = None, *, streets: Path | None = None, language: Language = "vi") -> RoutingTable:
    """The operator's table and streets, or the project's own. Raises `OSError`, `UnicodeDecodeError`, `BadRoutingError`."""
    lines, mistakes = parse_streets(streets_text(streets))
    if mistakes:
        raise BadRoutingError(streets.name if streets else "street_managers.csv", mistakes)
    text, name = (own_text(), "routing.csv") if path is None else (path.read_text(encoding="utf-8"), path.name)
    return RoutingTable(text, name, streets=ManagedStreets(lines), language=language)


def own_text() -> str:
    """The table that the project ships."""
    return resources.files(__package__).joinpath("routing.csv").read_text(encoding="utf-8")


@cache
def _own() -> RoutingTable:
    return load()


def route(kind: PetitionKind, category: str, place: Place, level: Level, text: str | None = None) -> Route:
    """By the project's own table and streets."""
    return _own().route(kind, category, place, level, None if text is None else typed(text))
