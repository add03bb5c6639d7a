"""What the owner follows from besides category, level and place: who manages the street, the level of a school, whom it concerns.

The column `about` of the routing table names it by these codes. Three are read off the street (`STREET_CODES`), the others by the words of
`about.csv`. Only what a rule asks for is looked for.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

import ahocorasick
import msgspec

from streams.classify.found import Where
from streams.classify.routing.alleys import in_alley
from streams.classify.routing.streets import CITY, WARD, ManagedStreets, Street
from streams.classify.text.folding import fold
from streams.classify.text.typed import Typed, typed

CITY_STREET, WARD_STREET, ALLEY = "city-street", "ward-street", "alley"
STREET_CODES = frozenset({CITY_STREET, WARD_STREET, ALLEY})
Codes = frozenset[str]
NO_CODES: Codes = frozenset()


class About(msgspec.Struct, frozen=True, gc=False):
    """What was found. `street`: the line that says who manages it."""

    codes: Codes = NO_CODES
    street: Street | None = None


NOTHING = About()


class AboutFinder:
    """Looks for the codes that a rule asks for. Thread-safe."""

    def __init__(self, streets: ManagedStreets) -> None:
        self._streets = streets

    def find(self, wanted: Codes, text: Typed, location: Where | None, ward: str | None) -> About:
        """`ward`: the code of a sure one. The address says where before the text does."""
        codes = _told(text) & wanted if wanted - STREET_CODES else NO_CODES
        if not wanted & STREET_CODES:
            return About(codes) if codes else NOTHING
        address = typed(location.address) if location is not None and location.address else None
        on_street = (address and self._on_street(address, ward)) or self._on_street(text, ward)
        return About(codes | on_street.codes, on_street.street) if on_street else About(codes)

    def _on_street(self, text: Typed, ward: str | None) -> About | None:
        """A line of the list; before it the alley that a text is about, unless the list has that very alley."""
        street = self._streets.named(text, ward)
        if in_alley(text) and not (street and street.is_alley):
            return About(frozenset({ALLEY}))
        if street is None or street.manager not in (CITY, WARD):
            return None
        return About(frozenset({WARD_STREET if street.manager == WARD else CITY_STREET}), street)


def codes() -> Codes:
    """All that the column `about` may use."""
    return STREET_CODES | {row["code"] for row in _rows()}


def _told(text: Typed) -> Codes:
    """What the words of the text tell of, in one pass."""
    accented = text.has_accents
    words = " ".join(text.accented if accented else text.plain)
    return NO_CODES.union(*[told for _, told in _phrases(accented=accented).iter(f" {words} ")])


@cache
def _phrases(*, accented: bool) -> ahocorasick.Automaton:
    """Phrases, between spaces, with the codes that they tell of."""
    found: dict[str, Codes] = {}
    for row in _rows():
        for phrase in row["phrases"].split("|"):
            key = f" {phrase if accented else fold(phrase)} "
            found[key] = found.get(key, NO_CODES) | {row["code"]}
    automaton = ahocorasick.Automaton()
    for key, told in found.items():
        automaton.add_word(key, told)
    automaton.make_automaton()
    return automaton


@cache
def _rows() -> list[dict[str, str]]:
    return list(csv.DictReader(resources.files(__package__).joinpath("about.csv").read_text(encoding="utf-8").splitlines()))
