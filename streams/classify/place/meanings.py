"""What one mention says about the ward, given the old districts that are named beside it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from streams.classify.place.gazetteer import Meaning, Sort
from streams.classify.place.spotting import Mention
from streams.classify.place.trust import NOWHERE, TRUST, Codes, Reading
from streams.classify.place.words import Role

UNITS = (Role.WARD, Role.COMMUNE, Role.TOWN)


def ward_reading(mention: Mention, districts: frozenset[str]) -> Reading | None:
    if mention.role in UNITS:
        return _prefixed(mention, districts)
    if mention.role in (Role.NONE, Role.AREA, Role.AUTHORITY, Role.NEAR):
        return _bare(mention, districts)
    return None


def within(meanings: Iterable[Meaning], districts: frozenset[str]) -> tuple[Meaning, ...]:
    """The meanings in one of the districts that are named; all of them if none fits or none is named."""
    every = tuple(meanings)
    return tuple(meaning for meaning in every if meaning.districts & districts) or every


def union(meanings: Iterable[Meaning]) -> Codes:
    return NOWHERE.union(*(meaning.wards for meaning in meanings))


def _prefixed(mention: Mention, districts: frozenset[str]) -> Reading | None:
    """With phường, xã, thị trấn. Today's name goes first, unless "cũ" or an old district says that the old one is meant."""
    unit = mention.role.value
    new, old = mention.of(Sort.NEW), mention.of(Sort.OLD, Sort.FORMER, Sort.AREA)
    if not new and not old:
        return None
    same_new = tuple(meaning for meaning in new if meaning.unit == unit)
    same_old = within((meaning for meaning in old if meaning.unit == unit), districts)
    if mention.old and old:
        return _old(mention, same_old or within(old, districts))
    if same_new:
        return _today(mention, same_new, old, districts)
    if same_old:
        return _old(mention, same_old)
    if new and not old:
        return Reading(union(new), TRUST.new_wrong_unit, "ward-name", (mention.said,), firm=True)
    return _old(mention, within(old, districts), also=union(new))


def _today(mention: Mention, new: tuple[Meaning, ...], old: tuple[Meaning, ...], districts: frozenset[str]) -> Reading:
    outside = bool(districts) and not any(meaning.districts & districts for meaning in new)
    older = tuple(meaning for meaning in old if meaning.districts & districts)
    if outside and older:
        return _old(mention, older)
    wards, first = union(new), next(iter(union(new)))
    if not outside and len(union(older)) > 1:
        return Reading(wards | union(older), TRUST.new_old_address, "ward-name", (mention.said,), firm=True, first=first)
    elsewhere = any(meaning.unit == new[0].unit and not meaning.wards & wards for meaning in old)
    confidence = TRUST.new_wrong_unit if outside else TRUST.new_alike if elsewhere else TRUST.new_prefixed
    return Reading(wards, confidence, "ward-name", (mention.said,), firm=True)


def _old(mention: Mention, meanings: tuple[Meaning, ...], also: Codes = NOWHERE) -> Reading:
    wards = union(meanings) | also
    whole = len(wards) == 1
    known = any(meaning.sort is Sort.OLD for meaning in meanings)
    trust = TRUST.whole_old_prefixed if known else TRUST.former
    return Reading(wards, trust if whole else 0.0, "old-name", (mention.said,), firm=True)


def _bare(mention: Mention, districts: frozenset[str]) -> Reading | None:
    """Without prefix. A name that is a district, a street or an ordinary word too says less, or nothing."""
    if not mention.of(Sort.NEW, Sort.OLD, Sort.FORMER, Sort.AREA) or mention.of(Sort.DISTRICT) or _no_place(mention):
        return None
    reading = _bare_reading(mention, within(mention.meanings, districts), districts)
    confidence = reading.confidence if mention.titled else reading.confidence * TRUST.lower_case
    if mention.role is Role.NEAR:
        confidence = min(confidence, TRUST.new_near)
    return replace(reading, confidence=round(confidence, 3) if len(reading.wards) == 1 or reading.first else 0.0)


def _no_place(mention: Mention) -> bool:
    if mention.titled:
        return mention.ordinary and " " not in mention.said and mention.role not in (Role.AREA, Role.AUTHORITY)
    return mention.ordinary or mention.role is Role.NONE


def _bare_reading(mention: Mention, meanings: tuple[Meaning, ...], districts: frozenset[str]) -> Reading:
    new = union(meaning for meaning in meanings if meaning.sort is Sort.NEW)
    old = tuple(meaning for meaning in meanings if meaning.sort not in (Sort.NEW, Sort.STREET))
    streets = union(meaning for meaning in meanings if meaning.sort is Sort.STREET)
    street = NOWHERE if mention.role is Role.AUTHORITY else streets
    said = (mention.said,)
    if new and not (mention.old and old):
        first = next(iter(new))
        if not all(meaning.wards & new for meaning in old):
            return Reading(new | union(old) | street, TRUST.new_or_other, "ward-name", said, first=first)
        if districts and len(union(old)) > 1:
            return Reading(new | union(old), TRUST.new_shared, "ward-name", said, first=first)
        return Reading(new, _new_trust(mention, shared=not street <= new, split=len(union(old)) > 1), "ward-name", said)
    if not old and not new:
        return Reading(street, TRUST.street, "street", said)
    known = any(meaning.sort is Sort.OLD for meaning in old)
    wards = union(old) if mention.old else new | union(old) | street
    return Reading(wards, TRUST.whole_old_bare if known else TRUST.former, "old-name", said)


def _new_trust(mention: Mention, *, shared: bool, split: bool) -> float:
    if shared or mention.ordinary:
        return TRUST.new_shared
    if mention.role is Role.AUTHORITY:
        return TRUST.new_authority
    return TRUST.new_bare_split if split else TRUST.new_bare


def street_reading(mention: Mention, districts: frozenset[str]) -> Reading | None:
    meanings = mention.of(Sort.STREET)
    if not meanings or mention.role not in (Role.STREET, Role.NONE, Role.AREA):
        return None
    if not mention.titled and (mention.role is not Role.STREET or " " not in mention.said):
        return None
    if mention.role is not Role.STREET and len(mention.meanings) > len(meanings):
        return None  # rather a ward of that name
    wards = union(within(meanings, districts))
    return Reading(wards, TRUST.street if len(wards) == 1 else 0.0, "street", (mention.said,))
