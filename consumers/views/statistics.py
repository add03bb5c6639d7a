"""The public statistics in words, with what would tell of single people left out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from consumers.read_model.statistics import DIMENSIONS, Row
from consumers.views.citizen import office
from consumers.views.operations import share
from consumers.views.public import category_name, ward_name
from schemas.reference import wards
from schemas.reference.texts import Language

Json = dict[str, Any]

LEAST = 5
"""A line about fewer is not told, nor a median or a mean of fewer: it would be about people and not about the city."""


def statistics(rows: Sequence[tuple[str, Row]], lang: Language) -> Json:
    """`{total, by_ward, by_category, by_office, by_month}`; months in order, all else by how much was received."""
    lines: dict[str, list[Json]] = {name: [] for name in ("", *DIMENSIONS)}
    for dimension, row in rows:
        lines[dimension].append({**_named(dimension, row, lang), **_figures(row)})
    total = lines.pop("")[0]
    return {"total": _without_few([total])[0], **{f"by_{name}": _ordered(name, _without_few(found)) for name, found in lines.items()}}


def _named(dimension: str, row: Row, lang: Language) -> Json:
    if dimension == "category":
        return {"code": row["category"], "name": category_name(row["category"], lang)}
    if dimension == "office":
        return office(row["office"], lang)
    code = row[dimension] if dimension else None
    ward = wards().get(code or "") if dimension == "ward" else None
    return {"code": code, "name": ward_name(ward, lang) if ward else code}


def _figures(row: Row) -> Json:
    answered, stars, hours = row["answered"], row["stars"], row["hours"]
    return {
        "received": row["received"],
        "answered": answered,
        "in_time": row["in_time"],
        "overdue": row["overdue"],
        "share": share(row["in_time"], answered, row["overdue"]),
        "median_hours": round(hours, 1) if hours is not None and answered >= LEAST else None,
        "stars": round(float(stars), 1) if stars is not None and row["ratings"] >= LEAST else None,
        "few": False,
    }


def _without_few(lines: Sequence[Json]) -> list[Json]:
    """Small lines without their figures, and so many more of the next smallest that the total does not tell what was left out."""
    by_size = sorted(lines, key=_size)
    number = hidden([_size(one) for one in by_size])
    return [*map(_untold, by_size[:number]), *by_size[number:]]


def hidden(sizes: Sequence[int]) -> int:
    """How many of the smallest must not be told; `sizes` in rising order."""
    number = sum(size < LEAST for size in sizes)
    while 0 < number < len(sizes) and (number == 1 or sum(sizes[:number]) < LEAST):
        number += 1
    return number


def _size(one: Json) -> int:
    """Of how many petitions a line is about, at least: those that were received, or others that were answered."""
    return int(max(one["received"], one["answered"]))


def _untold(one: Json) -> Json:
    return {**dict.fromkeys(one), "code": one["code"], "name": one["name"], "few": True}


def _ordered(dimension: str, lines: list[Json]) -> list[Json]:
    if dimension == "month":
        return sorted(lines, key=lambda one: str(one["code"]))
    return sorted(lines, key=lambda one: (one["few"], -(one["received"] or 0), str(one["name"])))
