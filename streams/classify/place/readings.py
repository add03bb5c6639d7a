"""What the mentions in a text say together about the ward. Pure: mentions in, a reading out."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from msgspec import Struct
from msgspec.structs import replace

from streams.classify.place.gazetteer import Sort
from streams.classify.place.meanings import UNITS, street_reading, union, ward_reading
from streams.classify.place.spotting import Mention
from streams.classify.place.trust import NOWHERE, TRUST, Reading
from streams.classify.place.words import Role

_ADDRESS_GAP = 3
"""Characters between a place and the district after it: `, ` or ` - `."""


def read(mentions: Sequence[Mention]) -> Reading | None:
    """One reading of all mentions; None if no place is named."""
    districts = _districts(mentions)
    readings = [_said(mention, reading) for mention in mentions if (reading := ward_reading(mention.sense, districts.said))]
    streets = [_said(mention, reading) for mention in mentions if (reading := street_reading(mention.sense, districts.said))]
    firm = [reading for reading in readings if reading.firm]
    base = _together(firm) or _together(readings)
    if base is None:
        return _narrow(_together(streets), [districts.reading] if districts.reading else []) or districts.reading
    base = _narrow(base, streets)
    return _narrow(base, [reading for reading in readings if not reading.firm], TRUST.narrowed_bare)


def _said(mention: Mention, reading: Reading) -> Reading:
    return replace(reading, said=(mention.said,))


class _Districts(Struct, frozen=True, gc=False):
    """`said`: those that tell which ward of a name is meant; `reading`: what all that are named give alone."""

    said: frozenset[str]
    reading: Reading | None


_NO_DISTRICTS = _Districts(frozenset(), None)


def _districts(mentions: Sequence[Mention]) -> _Districts:
    """Old districts, named as such (`quận Đống Đa`), after another place (`Quang Trung, Đống Đa`) or bare."""
    named = [mention for mention in mentions if mention.sense.of(Sort.DISTRICT)]
    if not named:
        return _NO_DISTRICTS
    ends = {mention.end for mention in mentions}
    unit_ends = {mention.end for mention in mentions if mention.sense.role in UNITS}
    # "đường Đống Đa" is no district, but in "phường Láng, Đống Đa" it follows a unit
    found = [mention for mention in named if _may_be_district(mention) or _follows(mention, unit_ends)]
    if not found:
        return _NO_DISTRICTS
    # "ở Đống Đa" alone tells a place; only "quận Đống Đa" and "Quang Trung, Đống Đa" tell which Quang Trung is meant
    said = [mention for mention in found if mention.sense.role is Role.DISTRICT or _follows(mention, ends)]
    return _Districts(
        frozenset().union(*(meaning.districts for mention in said for meaning in mention.sense.of(Sort.DISTRICT))),
        _by_districts(found),
    )


def _by_districts(found: Sequence[Mention]) -> Reading:
    """All wards of the districts. A bare name that is a ward of today too (`ở Hà Đông`) means that ward first, but not surely."""
    wards = union(meaning for mention in found for meaning in mention.sense.of(Sort.DISTRICT))
    namesakes = [code for mention in found for meaning in mention.sense.of(Sort.NEW) for code in meaning.wards]
    bare = namesakes and all(mention.sense.role is not Role.DISTRICT for mention in found)
    trust, first = (TRUST.new_or_other, namesakes[0]) if bare else (0.0, None)
    return Reading(wards, trust, "old-name", tuple(mention.said for mention in found), first=first)


def _follows(mention: Mention, ends: AbstractSet[int]) -> bool:
    """Right behind another place: "…, Đống Đa"."""
    return mention.sense.role is Role.NONE and any(mention.start - gap in ends for gap in range(1, _ADDRESS_GAP + 1))


def _may_be_district(mention: Mention) -> bool:
    """ "quận Đống Đa", "UBND Đống Đa", "ở đống đa", "Đống Đa"; not "phố Đống Đa", not "ông Đống Đa"."""
    role = mention.sense.role
    return role in (Role.DISTRICT, Role.AUTHORITY, Role.AREA) or (role is Role.NONE and mention.sense.titled)


def _together(readings: Sequence[Reading]) -> Reading | None:
    """Several mentions of the same tier: what they have in common, else a conflict with all of them as candidates."""
    if len(readings) < 2:
        return _alone(readings[0]) if readings else None
    said = tuple(dict.fromkeys(word for reading in readings for word in reading.said))
    best = max(readings, key=lambda reading: reading.confidence)
    common = frozenset.intersection(*(reading.wards for reading in readings))
    if len(common) == 1:  # "Nghĩa Tân, Cầu Giấy": together they leave one
        alone = common == best.wards
        return replace(best, wards=common, said=said, confidence=best.confidence if alone else TRUST.narrowed, first=None)
    if common:  # they leave several
        first = best.first if best.first in common else None
        return replace(best, wards=common, said=said, confidence=best.confidence if first else 0.0, first=first)
    # "giữa phường Định Công và phường Hoàng Liệt": they contradict
    wards = NOWHERE.union(*(reading.wards for reading in readings))
    named = [reading for reading in readings if reading.confidence]
    first = named[0].ward if named else None
    return replace(best, wards=wards, said=said, confidence=TRUST.conflict if named else 0.0, first=first)


def _alone(reading: Reading) -> Reading:
    """One of several wards is sure only if it is the likeliest."""
    if len(reading.wards) == 1:
        return replace(reading, first=None) if reading.first else reading
    return reading if reading.first in reading.wards or not reading.confidence else replace(reading, confidence=0.0, first=None)


def _narrow(base: Reading | None, hints: Sequence[Reading], trust: float = TRUST.narrowed) -> Reading | None:
    """Among several wards, those that a further hint (a street, a bare name, a district) has too."""
    if base is None or len(base.wards) == 1:
        return base
    for hint in hints:
        common = base.wards & hint.wards
        if common and len(common) < len(base.wards):  # "Cổ Nhuế, phố Trần Cung"
            confidence = trust if len(common) == 1 else 0.0
            base = replace(base, wards=common, confidence=confidence, said=(*base.said, *hint.said), first=None)
    return base
