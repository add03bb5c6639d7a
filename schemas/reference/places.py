"""Names of places that are not the 126 wards of today: those dissolved in 2024 and 2025, the old districts, streets.

`old_wards.csv` is made by `deploy/tools/old_wards.py`. `streets.csv` is kept by hand: the wards of today that a street touches; a
street is there only where all of them are known.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from schemas.reference import wards


@dataclass(frozen=True, slots=True)
class OldWard:
    """A dissolved unit: `kind` is `ward`, `commune` or `town` (thị trấn), `merged` the year in which it went, `wards` the codes
    of those that hold a part of it now: several when it was split."""

    district: str
    kind: str
    name_vi: str
    merged: int
    wards: frozenset[str]


@dataclass(frozen=True, slots=True)
class Street:
    """A street and the codes of the wards that it touches."""

    name_vi: str
    wards: frozenset[str]


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def old_wards() -> tuple[OldWard, ...]:
    """The 526 units of June 2025, then those that were merged into them in 2024."""
    return tuple(
        OldWard(row["district"], row["kind"], row["name_vi"], int(row["merged"]), frozenset(row["wards"].split()))
        for row in _rows("old_wards.csv")
    )


@cache
def old_districts() -> dict[str, frozenset[str]]:
    """District (quận, huyện, thị xã; dissolved on 1 July 2025) → codes of the wards that hold a part of it now."""
    found: dict[str, frozenset[str]] = {}
    for old in old_wards():
        found[old.district] = found.get(old.district, frozenset()) | old.wards
    return found


@cache
def streets() -> tuple[Street, ...]:
    """The streets of `streets.csv`, where wards stand by name."""
    codes = {ward.name_vi: ward.code for ward in wards().values()}
    return tuple(Street(row["name_vi"], frozenset(codes[name] for name in row["wards"].split(";"))) for row in _rows("streets.csv"))
