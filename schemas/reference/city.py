"""Categories, offices and wards.

Sources: `categories.csv` and `departments.csv` are the city's start values; `wards.csv` holds the 126 wards and
communes in force since 1 July 2025 (codes, centres). Every ward is an office too, under the code `ward-<code>`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

CITY_CHAIRMAN = "ubnd-tp"
CITY_OFFICE = "vp-ubnd"
TRIAGE_OFFICE = "tt-pvhcc"  # the centre that runs iHanoi sorts what no rule could
WARD_OWNER = "ward"  # in categories.csv: the ward where it happened


@dataclass(frozen=True, slots=True)
class Category:
    code: str
    name_vi: str
    name_en: str
    default_owner: str
    urgency_hint: str


@dataclass(frozen=True, slots=True)
class Office:
    """An office that can own a case. `parent` is its superior's code, empty for the chairman."""

    code: str
    name_vi: str
    name_en: str
    parent: str


@dataclass(frozen=True, slots=True)
class Ward:
    """One of the 126 wards and communes; `kind` is `ward` (phường) or `commune` (xã); centre in degrees (WGS 84)."""

    code: str
    name_vi: str
    kind: str
    lat: float
    long: float
    area_km2: float

    @property
    def office(self) -> str:
        return f"ward-{self.code}"

    @property
    def full_name_vi(self) -> str:
        return f"{'Phường' if self.kind == 'ward' else 'Xã'} {self.name_vi}"


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def categories() -> dict[str, Category]:
    """Category by code."""
    return {row["code"]: Category(**row) for row in _rows("categories.csv")}


@cache
def wards() -> dict[str, Ward]:
    """Ward or commune by its five-digit code."""
    return {
        row["code"]: Ward(row["code"], row["name_vi"], row["kind"], float(row["lat"]), float(row["long"]), float(row["area_km2"]))
        for row in _rows("wards.csv")
    }


@cache
def offices() -> dict[str, Office]:
    """Every office by code: city departments, then the People's Committees of the wards and communes."""
    found = {row["code"]: Office(**row) for row in _rows("departments.csv")}
    for ward in wards().values():
        kind_en = "ward" if ward.kind == "ward" else "commune"
        found[ward.office] = Office(
            ward.office,
            f"UBND {ward.full_name_vi.lower()[0]}{ward.full_name_vi[1:]}",
            f"People's Committee of {ward.name_vi} {kind_en}",
            CITY_OFFICE,
        )
    return found


def superior(office: str) -> str:
    """The office above; the chairman is above himself."""
    return offices()[office].parent or CITY_CHAIRMAN


def above(office: str) -> tuple[str, ...]:
    """The offices above one, lowest first; the chairman, above whom is nobody, decides about himself."""
    found = [superior(office)]
    while found[-1] != CITY_CHAIRMAN:
        found.append(superior(found[-1]))
    return tuple(found)


@cache
def below(office: str) -> tuple[str, ...]:
    """All offices that stand below one, at any height."""
    return tuple(code for code in offices() if code != office and office in above(code))


def common_superior(first: str, second: str) -> str:
    """The lowest office above both (neither of the two itself, unless one is the chairman)."""
    return next(office for office in above(second) if office in above(first))
