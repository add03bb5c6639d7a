"""What the owner follows from besides category, level and place: who manages the street, the level of a school, whom it concerns.

The column `about` of the routing table names it by these codes. Three are read off the street (`STREET_CODES`), the others by the words of
`about.csv`. Only what a rule asks for is looked for.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

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


class _Words(msgspec.Struct, frozen=True, gc=False):
    """Phrases that tell of one thing, with their accents and without."""

    accented: re.Pattern[str]
    plain: re.Pattern[str]


class AboutFinder:
    """Looks for the codes that a rule asks for. Thread-safe."""

    def __init__(self, streets: ManagedStreets) -> None:
        self._streets = streets

    def find(self, wanted: Codes, text: Typed, location: Where | None, ward: str | None) -> About:
        """`ward`: the code of a sure one. The address says where before the text does."""
        codes = {code for code in wanted - STREET_CODES if _told(code, text)}
        if not wanted & STREET_CODES:
            return About(frozenset(codes)) if codes else NOTHING
        address = typed(location.address) if location is not None and location.address else None
        on_street = (address and self._on_street(address, ward)) or self._on_street(text, ward)
        return About(frozenset(codes | on_street.codes), on_street.street) if on_street else About(frozenset(codes))

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
    return STREET_CODES | _words().keys()


def _told(code: str, text: Typed) -> bool:
    words = _words()[code]
    if text.has_accents:
        return words.accented.search(" ".join(text.accented)) is not None
    return words.plain.search(" ".join(text.plain)) is not None


@cache
def _words() -> Mapping[str, _Words]:
    rows = csv.DictReader(resources.files(__package__).joinpath("about.csv").read_text(encoding="utf-8").splitlines())
    return {row["code"]: _Words(_any_of(row["phrases"]), _any_of(fold(row["phrases"]))) for row in rows}


def _any_of(phrases: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases.split('|')))})\b")
