"""Are two petitions about one matter? A pure judgement: what forbids it, what speaks for it, how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from consumers.incidents.fingerprint import Fingerprint, cosine, metres
from consumers.incidents.names import only_here, shared
from consumers.incidents.numbers import by_kind

DAY_MS = 86_400_000


class Sure(IntEnum):
    """`MERGE`: sure enough for the system; `PROPOSE`: a person must look."""

    NO = 0
    PROPOSE = 1
    MERGE = 2


FIELD = frozenset(
    {
        "advertising",
        "animals",
        "construction",
        "drainage",
        "electricity",
        "noise",
        "pollution",
        "road-damage",
        "sidewalk",
        "street-lighting",
        "telecom",
        "traffic-signal",
        "trees",
        "waste",
        "water-supply",
    }
)
"""Categories about a thing at a place; in others (a teacher, an office, a procedure) two people may mean two things at one address."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How near is near. Similarities between 0 and 1; `days` between the two receptions.

    `merge`: where number and name are the same; `merge_near`: where only the points say that it is one place.
    """

    days: float = 14.0
    metres: float = 150.0
    near_metres: float = 40.0
    merge: float = 0.4
    merge_near: float = 0.62
    propose: float = 0.25
    propose_by_text: float = 0.6
    followers_at_most: int = 200
    may_merge: bool = True
    merge_categories: frozenset[str] = FIELD


@dataclass(frozen=True, slots=True)
class Side:
    """One petition as far as comparing goes. `received` in ms UTC."""

    category: str
    ward: str | None
    received: int
    marks: Fingerprint


@dataclass(frozen=True, slots=True)
class Verdict:
    """`why` names what decided, for the record: `category`, `numbers`, `names`, `distance`, `text` …"""

    sure: Sure
    similarity: float
    why: str


def compare(first: Side, second: Side, rules: Rules) -> Verdict:
    """Symmetric. What must not differ comes first; then the text, weighed by what is known of the place."""
    obstacle = _obstacle(first, second, rules)
    if obstacle:
        return Verdict(Sure.NO, 0.0, obstacle)
    similarity = cosine(first.marks.terms, second.marks.terms)
    place = _Place.of(first.marks, second.marks, rules)
    if place.sure and similarity >= place.enough and first.category in rules.merge_categories:
        return Verdict(Sure.MERGE, similarity, place.what)
    if place.what and similarity >= rules.propose:
        return Verdict(Sure.PROPOSE, similarity, place.what)
    if place.unknown and similarity >= rules.propose_by_text:
        return Verdict(Sure.PROPOSE, similarity, "text")
    return Verdict(Sure.NO, similarity, "text")


def _obstacle(first: Side, second: Side, rules: Rules) -> str | None:
    """What makes them two matters whatever the words: another category, ward, time, place."""
    if first.category != second.category:
        return "category"
    if first.ward is None or first.ward != second.ward:
        return "ward"
    if abs(first.received - second.received) > rules.days * DAY_MS:
        return "time"
    return _other_place(first.marks, second.marks, rules)


def _other_place(one: Fingerprint, other: Fingerprint, rules: Rules) -> str | None:
    """A distance that is known decides more than names: two people may name different things nearby."""
    if numbers_differ(one.numbers, other.numbers):
        return "numbers"
    distance = _distance(one, other)
    if distance is not None:
        return "distance" if distance > rules.metres else None
    if one.names and other.names and not shared(one.names, other.names):
        return "names"
    return None


def numbers_differ(first: frozenset[str], second: frozenset[str]) -> bool:
    """Both have a number of one kind, and none in common: `ngõ 12` and `ngõ 21`."""
    ours, theirs = by_kind(first), by_kind(second)
    return any(not (ours[kind] & theirs[kind]) for kind in ours.keys() & theirs.keys())


def _distance(first: Fingerprint, second: Fingerprint) -> float | None:
    return metres(first.point, second.point) if first.point and second.point else None


@dataclass(frozen=True, slots=True)
class _Place:
    """What speaks for one place (`what`, empty for nothing), whether that is `enough` to merge, and whether nothing is known."""

    what: str
    sure: bool
    enough: float
    unknown: bool

    @classmethod
    def of(cls, first: Fingerprint, second: Fingerprint, rules: Rules) -> _Place:
        distance = _distance(first, second)
        near = distance is not None and distance <= rules.near_metres
        number = bool(first.numbers & second.numbers)
        name = shared(first.names, second.names)
        what = "+".join(label for label, holds in (("near", near), ("number", number), ("name", name)) if holds)
        what = what or ("around" if distance is not None else "")
        sure = (near or (number and name)) and _nothing_strange(first, second)
        return cls(what, sure, rules.merge if number and name else rules.merge_near, unknown=not what)


def _nothing_strange(first: Fingerprint, second: Fingerprint) -> bool:
    """Each may know more than the other, but not each something else: two numbers of a kind, or two names, might be two places."""
    ours, theirs = by_kind(first.numbers), by_kind(second.numbers)
    same_numbers = all(ours[kind] == theirs[kind] for kind in ours.keys() & theirs.keys())
    apart = first.numbers - second.numbers and second.numbers - first.numbers
    strangers = only_here(first.names, second.names) and only_here(second.names, first.names)
    return same_numbers and not apart and not strangers
