"""Every name that can say where, and what it can mean: a ward of today, an old one, a district, a street; often several."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache

import msgspec

from schemas.reference import wards
from schemas.reference.places import old_districts, old_wards, streets
from streams.classify.text.folding import flatten, fold


class Sort(StrEnum):
    """What a name stands for."""

    NEW = "new"  # a ward or commune of today
    OLD = "old"  # dissolved on 1 July 2025
    FORMER = "former"  # dissolved in 2024 already; how it was shared out is less well known
    AREA = "area"  # several old wards with numbers: Cổ Nhuế, Mỹ Đình
    DISTRICT = "district"  # dissolved on 1 July 2025
    STREET = "street"


class Meaning(msgspec.Struct, frozen=True, gc=False):
    """One thing that a name can stand for. `unit`: ward, commune, town, or empty; `wards`: codes of today."""

    sort: Sort
    unit: str
    wards: frozenset[str]
    districts: frozenset[str] = frozenset()


class Name(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A name as it is written (composed, tones in the old place), the same in lower case, and all that it can mean."""

    name: str
    lowered: str
    meanings: tuple[Meaning, ...]


_TRAILING_NUMBER = re.compile(r" \d+$")
_ROMAN = {"1": "I", "2": "II", "3": "III"}
SHORT_NAMES = {"Văn Miếu": "Văn Miếu - Quốc Tử Giám", "Quốc Tử Giám": "Văn Miếu - Quốc Tử Giám"}
"""What people call a ward of today whose official name is long."""


def _new() -> Iterator[tuple[str, Meaning]]:
    by_name = {ward.name_vi: ward for ward in wards().values()}
    named = [*by_name.items(), *((short, by_name[full]) for short, full in SHORT_NAMES.items())]
    for name, ward in named:
        within = frozenset(name for name, codes in old_districts().items() if ward.code in codes)
        yield name, Meaning(Sort.NEW, ward.kind, frozenset({ward.code}), within)


def _old() -> Iterator[tuple[str, Meaning]]:
    for old in old_wards():
        sort = Sort.OLD if old.merged == 2025 else Sort.FORMER
        meaning = Meaning(sort, old.kind, old.wards, frozenset({old.district}))
        yield old.name_vi, meaning
        number = _TRAILING_NUMBER.search(old.name_vi)
        if number:
            area = old.name_vi[: number.start()]
            yield f"{area} {_ROMAN[number[0].strip()]}", meaning
            yield area, Meaning(Sort.AREA, old.kind, old.wards, frozenset({old.district}))


def _others() -> Iterator[tuple[str, Meaning]]:
    for name, codes in old_districts().items():
        yield name, Meaning(Sort.DISTRICT, "", codes, frozenset({name}))
    for street in streets():
        within = frozenset(name for name, codes in old_districts().items() if codes & street.wards)
        yield street.name_vi, Meaning(Sort.STREET, "", street.wards, within)


def _spellings(name: str) -> tuple[str, ...]:
    """`A - B` is also written `A-B`, `A – B` and `A B`."""
    return (name,) if " - " not in name else (name, *(name.replace(" - ", dash) for dash in ("-", " – ", "–", " ")))


@cache
def names() -> tuple[Name, ...]:
    """All names; the parts of a numbered area are joined into one meaning."""
    found: dict[str, list[Meaning]] = {}
    for source in (_new(), _old(), _others()):
        for name, meaning in source:
            for spelling in _spellings(name):
                _add(found.setdefault(spelling, []), meaning)
    return tuple(Name(name, name.lower(), tuple(meanings)) for name, meanings in found.items())


def _add(meanings: list[Meaning], new: Meaning) -> None:
    for index, known in enumerate(meanings):
        if known.sort is new.sort is Sort.AREA:
            meanings[index] = Meaning(Sort.AREA, known.unit, known.wards | new.wards, known.districts | new.districts)
            return
    meanings.append(new)


def by_key() -> dict[str, tuple[Name, ...]]:
    """Folded and flattened name → the names that give it (`dong xuan` → Đông Xuân, Đồng Xuân)."""
    found: dict[str, list[Name]] = {}
    for name in names():
        found.setdefault(flatten(fold(name.name)), []).append(name)
    return {key: tuple(group) for key, group in found.items()}
