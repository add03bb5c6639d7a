"""What one mention says about the ward, given the old districts that are named beside it. Readings here bear no words yet: so they are the
same wherever the name stands, and are remembered.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from msgspec.structs import replace

from streams.classify.place.gazetteer import Meaning, Sort
from streams.classify.place.spotting import Sense
from streams.classify.place.trust import NOWHERE, TRUST, Codes, Reading
from streams.classify.place.words import Role

UNITS = (Role.WARD, Role.COMMUNE, Role.TOWN)
_REMEMBERED = 65_536


@lru_cache(maxsize=_REMEMBERED)
def ward_reading(sense: Sense, districts: frozenset[str]) -> Reading | None:
    """As the name of a ward; None if it is none here ("cầu Định Công", "ông Định Công")."""
    if sense.role in UNITS:
        return _prefixed(sense, districts)
    if sense.role in (Role.NONE, Role.AREA, Role.AUTHORITY, Role.NEAR):
        return _bare(sense, districts)
    return None


def within(meanings: Iterable[Meaning], districts: frozenset[str]) -> tuple[Meaning, ...]:
    """The meanings in one of the districts that are named; all of them if none fits or none is named."""
    every = tuple(meanings)
    return tuple(meaning for meaning in every if meaning.districts & districts) or every


def union(meanings: Iterable[Meaning]) -> Codes:
    return NOWHERE.union(*[meaning.wards for meaning in meanings])


def _prefixed(sense: Sense, districts: frozenset[str]) -> Reading | None:
    """With phường, xã, thị trấn. Today's name goes first, unless "cũ" or an old district says that the old one is meant."""
    unit = sense.role.value
    new, old = sense.of(Sort.NEW), sense.of(Sort.OLD, Sort.FORMER, Sort.AREA)
    if not new and not old:
        return None
    same_new = tuple(meaning for meaning in new if meaning.unit == unit)
    same_old = within((meaning for meaning in old if meaning.unit == unit), districts)
    if sense.old and old:  # "phường Đại Kim cũ"
        return _old(same_old or within(old, districts))
    if same_new:  # "phường Định Công"
        return _today(same_new, old, districts)
    if same_old:  # "phường Nghĩa Tân": of today there is none
        return _old(same_old)
    if new and not old:  # "xã Hà Đông": it is a ward
        return Reading(union(new), TRUST.new_wrong_unit, "ward-name", firm=True)
    return _old(within(old, districts), also=union(new))  # "phường Sóc Sơn": a commune of today, once a town


def _today(new: tuple[Meaning, ...], old: tuple[Meaning, ...], districts: frozenset[str]) -> Reading:
    """A unit of today by its full name, unless the district beside it says that an older one is meant."""
    outside = bool(districts) and not any(meaning.districts & districts for meaning in new)
    older = tuple(meaning for meaning in old if meaning.districts & districts)
    if outside and older:  # "phường Quang Trung, Hà Đông"
        return _old(older)
    wards, first = union(new), next(iter(union(new)))
    if not outside and len(union(older)) > 1:  # "phường Cửa Nam, quận Hoàn Kiếm": written the old way, and the old one was split
        return Reading(wards | union(older), TRUST.new_old_address, "ward-name", firm=True, first=first)
    elsewhere = any(meaning.unit == new[0].unit and not meaning.wards & wards for meaning in old)  # "xã Hòa Phú": there were two
    confidence = TRUST.new_wrong_unit if outside else TRUST.new_alike if elsewhere else TRUST.new_prefixed
    return Reading(wards, confidence, "ward-name", firm=True)


def _old(meanings: tuple[Meaning, ...], also: Codes = NOWHERE) -> Reading:
    """A ward only if the old unit went into one as a whole."""
    wards = union(meanings) | also
    known = any(meaning.sort is Sort.OLD for meaning in meanings)
    trust = TRUST.whole_old_prefixed if known else TRUST.former
    return Reading(wards, trust if len(wards) == 1 else 0.0, "old-name", firm=True)


def _bare(sense: Sense, districts: frozenset[str]) -> Reading | None:
    """Without prefix. A name that is a district, a street or an ordinary word too says less, or nothing."""
    if not sense.of(Sort.NEW, Sort.OLD, Sort.FORMER, Sort.AREA) or sense.of(Sort.DISTRICT) or _no_place(sense):
        return None
    reading = _bare_reading(sense, within(sense.meanings, districts), districts)
    confidence = reading.confidence if sense.titled else reading.confidence * TRUST.lower_case
    if sense.role is Role.NEAR:  # "chợ Xuân La"
        confidence = min(confidence, TRUST.new_near)
    return replace(reading, confidence=round(confidence, 3) if len(reading.wards) == 1 or reading.first else 0.0)


def _no_place(sense: Sense) -> bool:
    """ "Láng" without "ở" before it may be anything; "bạch mai" in small letters a flower."""
    if sense.titled:
        return sense.ordinary and sense.one_word and sense.role not in (Role.AREA, Role.AUTHORITY)
    return sense.ordinary or sense.role is Role.NONE


def _bare_reading(sense: Sense, meanings: tuple[Meaning, ...], districts: frozenset[str]) -> Reading:
    """Today's ward of that name first, then the old ones, then the street."""
    new = union(meaning for meaning in meanings if meaning.sort is Sort.NEW)
    old = tuple(meaning for meaning in meanings if meaning.sort not in (Sort.NEW, Sort.STREET))
    # "UBND Giảng Võ" is no street
    street = NOWHERE if sense.role is Role.AUTHORITY else union(meaning for meaning in meanings if meaning.sort is Sort.STREET)
    if new and not (sense.old and old):
        return _bare_today(sense, new, old, street, districts)
    if not old and not new:  # "Huế": only a street
        return Reading(street, TRUST.street, "street")
    # "Nghĩa Tân", "Giảng Võ cũ"
    known = any(meaning.sort is Sort.OLD for meaning in old)
    wards = union(old) if sense.old else new | union(old) | street
    return Reading(wards, TRUST.whole_old_bare if known else TRUST.former, "old-name")


def _bare_today(sense: Sense, new: Codes, old: tuple[Meaning, ...], street: Codes, districts: frozenset[str]) -> Reading:
    first = next(iter(new))
    if not all(meaning.wards & new for meaning in old):  # "Hồng Hà": there was another of that name, elsewhere
        return Reading(new | union(old) | street, TRUST.new_or_other, "ward-name", first=first)
    if districts and len(union(old)) > 1:  # "Cửa Nam, Hoàn Kiếm": written the old way
        return Reading(new | union(old), TRUST.new_shared, "ward-name", first=first)
    return Reading(new, _new_trust(sense, shared=not street <= new, split=len(union(old)) > 1), "ward-name")


def _new_trust(sense: Sense, *, shared: bool, split: bool) -> float:
    """`shared`: a street of that name goes on elsewhere (`Giảng Võ`); `split`: so was the old ward of that name (`Dương Nội`)."""
    if shared or sense.ordinary:
        return TRUST.new_shared
    if sense.role is Role.AUTHORITY:  # "UBND Định Công"
        return TRUST.new_authority
    return TRUST.new_bare_split if split else TRUST.new_bare


@lru_cache(maxsize=_REMEMBERED)
def street_reading(sense: Sense, districts: frozenset[str]) -> Reading | None:
    """As the name of a street; None if it is none here."""
    meanings = sense.of(Sort.STREET)
    if not meanings or sense.role not in (Role.STREET, Role.NONE, Role.AREA):
        return None
    if not sense.titled and (sense.role is not Role.STREET or sense.one_word):  # "đường láng" may be smooth; "đường láng hạ" is not
        return None
    if sense.role is not Role.STREET and len(sense.meanings) > len(meanings):
        return None  # "ở Giảng Võ": rather the ward of that name
    wards = union(within(meanings, districts))
    return Reading(wards, TRUST.street if len(wards) == 1 else 0.0, "street")
