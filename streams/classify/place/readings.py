"""What the mentions in a text say together about the ward. Pure: mentions in, a reading out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from streams.classify.place.gazetteer import Meaning, Sort
from streams.classify.place.spotting import Mention
from streams.classify.place.words import Role

Codes = frozenset[str]
NOWHERE: Codes = frozenset()
_UNITS = (Role.WARD, Role.COMMUNE, Role.TOWN)


@dataclass(frozen=True, slots=True)
class Trust:
    """How sure each way of saying is, 0 to 1. At `SURE` and above a ward may be given work without a person looking."""

    new_prefixed: float = 0.97  # phường Định Công
    new_old_address: float = 0.58  # phường Cửa Nam, quận Hoàn Kiếm: in the old way of writing, and the old one was split
    new_alike: float = 0.8  # xã Hòa Phú, xa Son Dong: there was another of that name (Sơn Đông) elsewhere
    new_wrong_unit: float = 0.7  # xã Hà Đông
    new_bare: float = 0.8  # Thiên Lộc, with capitals or after "ở"
    new_bare_split: float = 0.75  # Dương Nội: the old one of that name was split
    new_or_other: float = 0.4  # Hà Đông, Hồng Hà: as well a district or an old ward elsewhere
    new_authority: float = 0.85  # UBND Định Công
    new_shared: float = 0.5  # Giảng Võ: as well a street
    new_near: float = 0.55  # chợ Xuân La, trường Dương Nội
    whole_old_prefixed: float = 0.9  # an old ward that went as a whole into one of today
    whole_old_bare: float = 0.7
    former: float = 0.55  # a ward that ended in 2024 already
    street: float = 0.65  # a street that lies in one ward
    narrowed: float = 0.65  # the only ward that an old name and a street have in common
    narrowed_bare: float = 0.5  # … that an old name and a place that is merely mentioned have in common
    conflict: float = 0.45  # two wards are named
    lower_case: float = 0.7  # factor: no capitals, no accents, only "ở" before


TRUST = Trust()
SURE = 0.6
_ADDRESS_GAP = 3
"""Characters between a place and the district after it: `, ` or ` - `."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Wards that are meant (several: one of them), how sure that is, by which method, and the words that say so."""

    wards: Codes
    confidence: float
    method: str
    said: tuple[str, ...]
    firm: bool = False
    """A unit is named with its prefix: enough to contradict coordinates."""
    first: str | None = None
    """With several wards: the likeliest, which the confidence is about."""

    @property
    def ward(self) -> str | None:
        return next(iter(self.wards)) if len(self.wards) == 1 else self.first if self.confidence else None


def read(mentions: Sequence[Mention]) -> Reading | None:
    """One reading of all mentions; None if no place is named."""
    districts = _districts(mentions)
    readings = [reading for mention in mentions if (reading := _ward(mention, districts.said))]
    streets = [reading for mention in mentions if (reading := _street(mention, districts.said))]
    firm = [reading for reading in readings if reading.firm]
    base = _together(firm) or _together(readings)
    if base is None:
        return _narrow(_together(streets), [districts.reading] if districts.reading else []) or districts.reading
    base = _narrow(base, streets)
    return _narrow(base, [reading for reading in readings if not reading.firm], TRUST.narrowed_bare)


@dataclass(frozen=True, slots=True)
class _Districts:
    """`said`: those that tell which ward of a name is meant; `reading`: what all that are named give alone."""

    said: frozenset[str]
    reading: Reading | None


def _districts(mentions: Sequence[Mention]) -> _Districts:
    """Old districts, named as such (`quận Đống Đa`), after another place (`Quang Trung, Đống Đa`) or bare."""
    ends = [mention.end for mention in mentions]
    unit_ends = [mention.end for mention in mentions if mention.role in _UNITS]
    found = [m for m in mentions if m.of(Sort.DISTRICT) and (_may_be_district(m) or _follows(m, unit_ends))]
    if not found:
        return _Districts(frozenset(), None)
    said = [mention for mention in found if mention.role is Role.DISTRICT or _follows(mention, ends)]
    wards = _union(meaning for mention in found for meaning in mention.of(Sort.DISTRICT))
    namesakes = [code for mention in found for meaning in mention.of(Sort.NEW) for code in meaning.wards]
    bare = namesakes and all(mention.role is not Role.DISTRICT for mention in found)
    trust, first = (TRUST.new_or_other, namesakes[0]) if bare else (0.0, None)
    reading = Reading(wards, trust, "old-name", tuple(m.said for m in found), first=first)
    return _Districts(frozenset().union(*(meaning.districts for m in said for meaning in m.of(Sort.DISTRICT))), reading)


def _follows(mention: Mention, ends: Sequence[int]) -> bool:
    return mention.role is Role.NONE and any(0 < mention.start - end <= _ADDRESS_GAP for end in ends)


def _may_be_district(mention: Mention) -> bool:
    if mention.role in (Role.AREA, Role.NONE):
        return mention.titled or mention.role is Role.AREA
    return mention.role in (Role.DISTRICT, Role.AUTHORITY)


def _ward(mention: Mention, districts: frozenset[str]) -> Reading | None:
    if mention.role in _UNITS:
        return _prefixed(mention, districts)
    if mention.role in (Role.NONE, Role.AREA, Role.AUTHORITY, Role.NEAR):
        return _bare(mention, districts)
    return None


def _within(meanings: Iterable[Meaning], districts: frozenset[str]) -> tuple[Meaning, ...]:
    """The meanings in one of the districts that are named; all of them if none fits or none is named."""
    every = tuple(meanings)
    return tuple(meaning for meaning in every if meaning.districts & districts) or every


def _union(meanings: Iterable[Meaning]) -> Codes:
    return NOWHERE.union(*(meaning.wards for meaning in meanings))


def _prefixed(mention: Mention, districts: frozenset[str]) -> Reading | None:
    """With phường, xã, thị trấn. Today's name goes first, unless "cũ" or an old district says that the old one is meant."""
    unit = mention.role.value
    new, old = mention.of(Sort.NEW), mention.of(Sort.OLD, Sort.FORMER, Sort.AREA)
    if not new and not old:
        return None
    same_new = tuple(meaning for meaning in new if meaning.unit == unit)
    same_old = _within((meaning for meaning in old if meaning.unit == unit), districts)
    if mention.old and old:
        return _old(mention, same_old or _within(old, districts))
    if same_new:
        return _today(mention, same_new, old, districts)
    if same_old:
        return _old(mention, same_old)
    if new and not old:
        return Reading(_union(new), TRUST.new_wrong_unit, "ward-name", (mention.said,), firm=True)
    return _old(mention, _within(old, districts), also=_union(new))


def _today(mention: Mention, new: tuple[Meaning, ...], old: tuple[Meaning, ...], districts: frozenset[str]) -> Reading:
    outside = bool(districts) and not any(meaning.districts & districts for meaning in new)
    older = tuple(meaning for meaning in old if meaning.districts & districts)
    if outside and older:
        return _old(mention, older)
    wards, first = _union(new), next(iter(_union(new)))
    if not outside and len(_union(older)) > 1:
        return Reading(wards | _union(older), TRUST.new_old_address, "ward-name", (mention.said,), firm=True, first=first)
    elsewhere = any(meaning.unit == new[0].unit and not meaning.wards & wards for meaning in old)
    confidence = TRUST.new_wrong_unit if outside else TRUST.new_alike if elsewhere else TRUST.new_prefixed
    return Reading(wards, confidence, "ward-name", (mention.said,), firm=True)


def _old(mention: Mention, meanings: tuple[Meaning, ...], also: Codes = NOWHERE) -> Reading:
    wards = _union(meanings) | also
    whole = len(wards) == 1
    known = any(meaning.sort is Sort.OLD for meaning in meanings)
    trust = TRUST.whole_old_prefixed if known else TRUST.former
    return Reading(wards, trust if whole else 0.0, "old-name", (mention.said,), firm=True)


def _bare(mention: Mention, districts: frozenset[str]) -> Reading | None:
    """Without prefix. A name that is a district, a street or an ordinary word too says less, or nothing."""
    if not mention.of(Sort.NEW, Sort.OLD, Sort.FORMER, Sort.AREA) or mention.of(Sort.DISTRICT) or _no_place(mention):
        return None
    reading = _bare_reading(mention, _within(mention.meanings, districts), districts)
    confidence = reading.confidence if mention.titled else reading.confidence * TRUST.lower_case
    if mention.role is Role.NEAR:
        confidence = min(confidence, TRUST.new_near)
    return replace(reading, confidence=round(confidence, 3) if len(reading.wards) == 1 or reading.first else 0.0)


def _no_place(mention: Mention) -> bool:
    if mention.titled:
        return mention.ordinary and " " not in mention.said and mention.role not in (Role.AREA, Role.AUTHORITY)
    return mention.ordinary or mention.role is Role.NONE


def _bare_reading(mention: Mention, meanings: tuple[Meaning, ...], districts: frozenset[str]) -> Reading:
    new = _union(meaning for meaning in meanings if meaning.sort is Sort.NEW)
    old = tuple(meaning for meaning in meanings if meaning.sort not in (Sort.NEW, Sort.STREET))
    streets = _union(meaning for meaning in meanings if meaning.sort is Sort.STREET)
    street = NOWHERE if mention.role is Role.AUTHORITY else streets
    said = (mention.said,)
    if new and not (mention.old and old):
        first = next(iter(new))
        if not all(meaning.wards & new for meaning in old):
            return Reading(new | _union(old) | street, TRUST.new_or_other, "ward-name", said, first=first)
        if districts and len(_union(old)) > 1:
            return Reading(new | _union(old), TRUST.new_shared, "ward-name", said, first=first)
        return Reading(new, _new_trust(mention, shared=not street <= new, split=len(_union(old)) > 1), "ward-name", said)
    if not old and not new:
        return Reading(street, TRUST.street, "street", said)
    known = any(meaning.sort is Sort.OLD for meaning in old)
    wards = _union(old) if mention.old else new | _union(old) | street
    return Reading(wards, TRUST.whole_old_bare if known else TRUST.former, "old-name", said)


def _new_trust(mention: Mention, *, shared: bool, split: bool) -> float:
    if shared or mention.ordinary:
        return TRUST.new_shared
    if mention.role is Role.AUTHORITY:
        return TRUST.new_authority
    return TRUST.new_bare_split if split else TRUST.new_bare


def _street(mention: Mention, districts: frozenset[str]) -> Reading | None:
    meanings = mention.of(Sort.STREET)
    if not meanings or mention.role not in (Role.STREET, Role.NONE, Role.AREA):
        return None
    if not mention.titled and (mention.role is not Role.STREET or " " not in mention.said):
        return None
    if mention.role is not Role.STREET and len(mention.meanings) > len(meanings):
        return None  # rather a ward of that name
    wards = _union(_within(meanings, districts))
    return Reading(wards, TRUST.street if len(wards) == 1 else 0.0, "street", (mention.said,))


def _together(readings: Sequence[Reading]) -> Reading | None:
    """Several mentions of the same tier: what they have in common, else a conflict with all of them as candidates."""
    if not readings:
        return None
    said = tuple(dict.fromkeys(word for reading in readings for word in reading.said))
    best = max(readings, key=lambda reading: reading.confidence)
    common = frozenset.intersection(*(reading.wards for reading in readings))
    if len(common) == 1:
        alone = common == best.wards
        return replace(best, wards=common, said=said, confidence=best.confidence if alone else TRUST.narrowed, first=None)
    if common:
        first = best.first if best.first in common else None
        return replace(best, wards=common, said=said, confidence=best.confidence if first else 0.0, first=first)
    wards = NOWHERE.union(*(reading.wards for reading in readings))
    named = [reading for reading in readings if reading.confidence]
    first = named[0].ward if named else None
    return replace(best, wards=wards, said=said, confidence=TRUST.conflict if named else 0.0, first=first)


def _narrow(base: Reading | None, hints: Sequence[Reading], trust: float = TRUST.narrowed) -> Reading | None:
    """Among several wards, those that a further hint (a street, a bare name, a district) has too."""
    if base is None or len(base.wards) == 1:
        return base
    for hint in hints:
        common = base.wards & hint.wards
        if common and len(common) < len(base.wards):
            confidence = trust if len(common) == 1 else 0.0
            base = replace(base, wards=common, confidence=confidence, said=(*base.said, *hint.said), first=None)
    return base
