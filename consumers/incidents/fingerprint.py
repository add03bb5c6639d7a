"""What is kept of a petition to know its like again: hashed words, numbers and names, a point. Not the text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from consumers.incidents.names import MARKERS, names
from consumers.incidents.numbers import numbers
from consumers.incidents.words import content_words
from schemas.platform.marks import mark64
from schemas.reference import wards

TERMS_AT_MOST = 400
_CENTRE_METRES = 30.0
_EARTH_METRES = 6_371_000.0
Point = tuple[float, float]
"""Latitude and longitude in degrees (WGS 84)."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`terms`: what it is about, as 64-bit hashes of content words and of pairs of them that follow each other.

    Where it is stands in `numbers`, `names` and `point`; words of places are no terms.
    """

    terms: frozenset[int]
    numbers: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    point: Point | None = None


def fingerprint(text: str, address: str | None = None, point: Point | None = None, ward: str | None = None) -> Fingerprint:
    """A point at a ward's centre comes from a geocoder that knew no better: it says nothing and is left out."""
    found = names(text, address)
    where = MARKERS.union(*(name.split() for name in found))
    words = [word for word in content_words(text) if word not in where][:TERMS_AT_MOST]
    terms = {_hash(word) for word in words} | {_hash(f"{first} {second}") for first, second in pairwise(words)}
    exact = None if point is None or _at_centre(point, ward) else point
    return Fingerprint(frozenset(terms), numbers(text, address), found, exact)


@lru_cache(maxsize=65_536)
def _hash(term: str) -> int:
    return mark64(term, signed=True)


def _at_centre(point: Point, ward: str | None) -> bool:
    known = wards().get(ward) if ward else None
    return known is not None and metres(point, (known.lat, known.long)) < _CENTRE_METRES


def metres(first: Point, second: Point) -> float:
    """Distance on the ground; good for a few kilometres."""
    north = math.radians(second[0] - first[0])
    east = math.radians(second[1] - first[1]) * math.cos(math.radians((first[0] + second[0]) / 2))
    return _EARTH_METRES * math.hypot(north, east)


def cosine(first: frozenset[int], second: frozenset[int]) -> float:
    """Between 0 and 1: how much two sets of terms have in common."""
    if not first or not second:
        return 0.0
    return len(first & second) / math.sqrt(len(first) * len(second))
