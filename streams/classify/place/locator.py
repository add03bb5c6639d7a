"""Where a petition is about: what the text says, what the app gave, where the point lies, put together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from schemas.reference.texts import Language
from streams.classify.found import NOWHERE, Place, Where
from streams.classify.place.areas import Areas, Spot, areas
from streams.classify.place.readings import read
from streams.classify.place.reasons import Reasons
from streams.classify.place.spotting import Spotter
from streams.classify.place.trust import Reading
from streams.classify.text.typed import Typed, typed, typed_all

CONTRADICTED = 0.5
POINT_CONTRADICTED = 0.55
NEAR_POINT = 0.7
CONFIRMED = 0.98
MOST_CANDIDATES = 12


class Located(msgspec.Struct, frozen=True, gc=False):
    """The place and one sentence that tells a dispatcher how it was found (empty when nothing was)."""

    place: Place
    reason: str


NOTHING = Located(NOWHERE, "")


class Locator:
    """Finds the ward. Construct it once a process (0.1 s); `locate` is thread-safe.

    `outlines`: GeoJSON file with the wards' outlines, properties `code` and `name`; without it, coordinates count as a guess from
    the wards' centres, confidence at most 0.5. Raises `areas.BadOutlinesError` if the file cannot be used.
    """

    def __init__(self, outlines: Path | None = None, *, language: Language = "vi") -> None:
        self._areas: Areas = areas(outlines)
        self._spotter = Spotter()
        self._say = Reasons(language)

    def locate(self, text: str, location: Where | None = None) -> Located:
        """The place of a petition. A ward that is not certain has a low confidence; one that cannot be told is not guessed: then
        `ward_code` is None and `candidates` holds those that it may be."""
        return self.locate_all([(typed(text), location)])[0]

    def locate_all(self, asked: Sequence[tuple[Typed, Where | None]]) -> list[Located]:
        """As `locate`, for many texts that are made ready already."""
        addresses = iter(typed_all(where.address for _, where in asked if where is not None and where.address))
        return [self._located(text, where, next(addresses) if where is not None and where.address else None) for text, where in asked]

    def _located(self, text: Typed, location: Where | None, address: Typed | None) -> Located:
        reading = self._read(text)
        if location is None:
            return NOTHING if reading is None else self._by_text(reading)
        if address is not None:
            reading = self._with_address(address, reading)
        spot = self._spot(location, reading)
        if location.ward_code:
            return self._given(location.ward_code, reading, spot)
        if spot is None:
            return NOTHING if reading is None else self._by_text(reading)
        return self._by_point(spot, reading)

    def _read(self, text: Typed) -> Reading | None:
        mentions = self._spotter.spot(text.written, text.folded, text.flat)
        return read(mentions) if mentions else None

    def _with_address(self, address: Typed, reading: Reading | None) -> Reading | None:
        """The address says where; the text is asked only if the address leaves it open."""
        found = self._read(address)
        if found is None or reading is None:
            return found or reading
        common = found.wards & reading.wards
        if found.ward is None and len(common) == 1 and reading.ward:
            return reading
        return found

    def _spot(self, location: Where, reading: Reading | None) -> Spot | None:
        if location.lat is None or location.long is None:
            return None
        among = reading.wards if reading and len(reading.wards) > 1 else frozenset()
        return self._areas.at(location.lat, location.long, among)

    def _by_text(self, reading: Reading) -> Located:
        ward = reading.ward
        others = _ordered(reading.wards, ward or reading.first) if len(reading.wards) > 1 else ()
        place = Place(ward_code=ward, method=reading.method, confidence=reading.confidence, candidates=others)
        return Located(place, self._say.by_text(reading))

    def _by_point(self, spot: Spot, reading: Reading | None) -> Located:
        if reading is None:
            unsure = not spot.outlined or spot.confidence < CONFIRMED - 0.1
            others = _ordered(spot.near, spot.ward) if unsure and len(spot.near) > 1 else ()
            return Located(Place(spot.ward, "coordinates" if spot.ward else None, spot.confidence, others), self._say.by_point(spot))
        if spot.near & reading.wards:
            return self._agreed(spot, reading)
        return self._contradicted(spot, reading)

    def _agreed(self, spot: Spot, reading: Reading) -> Located:
        """Point and text fit: the point picks among the text's wards, the text picks where the point is only near."""
        ward = reading.ward if len(reading.wards) == 1 else None
        if ward:
            certain = spot.outlined and spot.ward == ward
            confidence = max(reading.confidence, CONFIRMED) if certain else reading.confidence
            place = Place(ward_code=ward, method=reading.method, confidence=confidence)
            return Located(place, self._say.agreed(spot, reading))
        ward = spot.ward if spot.ward in reading.wards else None
        common = spot.near & reading.wards
        if ward is None and len(common) == 1:
            ward = next(iter(common))
        confidence = (spot.confidence if ward == spot.ward else NEAR_POINT) if ward else 0.0
        others = () if ward and spot.outlined else _ordered(reading.wards, ward)
        place = Place(ward_code=ward, method="coordinates" if ward else reading.method, confidence=confidence, candidates=others)
        return Located(place, self._say.agreed(spot, reading))

    def _contradicted(self, spot: Spot, reading: Reading) -> Located:
        """A unit that is named with its prefix stays first; a bare name or a street gives way to a point inside an outline."""
        by_point = not reading.firm and spot.outlined and spot.ward is not None
        ward = spot.ward if by_point else reading.ward
        confidence = POINT_CONTRADICTED if by_point else min(reading.confidence, CONTRADICTED)
        candidates = _ordered(reading.wards | ({spot.ward} if spot.ward else set()), ward)
        method = "coordinates" if by_point else reading.method
        place = Place(ward_code=ward, method=method, confidence=confidence if ward else 0.0, candidates=candidates, contradiction=True)
        return Located(place, self._say.contradicted(spot, reading))

    def _given(self, given: str, reading: Reading | None, spot: Spot | None) -> Located:
        """The ward that the citizen picked in the app, checked against a unit named with its prefix and against outlines."""
        against: set[str] = set()
        if reading and reading.firm and given not in reading.wards:
            against |= reading.wards
        if spot and spot.outlined and given not in spot.near:
            against |= {spot.ward} if spot.ward else set()
            if not spot.ward:
                against |= {given}
        candidates = _ordered(frozenset(against | {given}), given) if against else ()
        place = Place(
            ward_code=given,
            method="given",
            confidence=CONTRADICTED if against else 1.0,
            candidates=candidates,
            contradiction=bool(against),
        )
        return Located(place, self._say.given(given, reading if against else None, spot if against else None))


def _ordered(wards: frozenset[str], first: str | None) -> tuple[str, ...]:
    return tuple(sorted(wards, key=lambda code: (code != first, code)))[:MOST_CANDIDATES]
