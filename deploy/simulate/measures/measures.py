"""From facts to the four measures. A share is None where there is nothing to take a share of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from deploy.simulate.measures.facts import (
    Acceptance,
    Answer,
    Climb,
    Closure,
    Fact,
    Had,
    PassedOn,
    Rating,
    Reply,
    Returned,
    Routing,
    Unfinished,
)
from deploy.simulate.measures.survival import median

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Fast:
    """`due`: answers given or overdue; `in_time`: the share of these in time. Hours are working hours."""

    due: int
    in_time: float | None
    hours_to_accept: float | None
    hours_to_answer: float | None


@dataclass(frozen=True, slots=True)
class Right:
    """`first_office`: share of answered petitions that the office which had them first answered. `disputed`: superiors decided."""

    answered: int
    first_office: float | None
    passed_on: int
    transfers_each: float | None
    disputed: int


@dataclass(frozen=True, slots=True)
class Effective:
    """`dissatisfied`: share of ratings with 1 or 2 stars; `returned`: share of answers sent back for want of substance."""

    ratings: int
    stars: float | None
    dissatisfied: float | None
    reopened: float | None
    answers_returned: int
    returned: float | None


@dataclass(frozen=True, slots=True)
class ToTheEnd:
    """`open`: still to be worked on, `late`: late of these; `oldest_days`: age of the oldest. `reached`: cases by the highest rung,
    1 to 3."""

    open: int
    late: int
    oldest_days: float | None
    closed_by_rating: int
    closed_by_window: int
    reached: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Measures:
    """`petitions`: those that were here at some time, each once."""

    petitions: int
    fast: Fast
    right: Right
    effective: Effective
    to_the_end: ToTheEnd

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def measures(facts: Iterable[Fact]) -> Measures:
    """The measures of whoever these facts belong to."""
    kinds: defaultdict[type, list[Any]] = defaultdict(list)
    for fact in facts:
        kinds[type(fact)].append(fact)
    return Measures(_petitions(kinds), _fast(kinds), _right(kinds), _effective(kinds), _to_the_end(kinds))


def by_office(facts: Iterable[Fact]) -> dict[str, Measures]:
    """The measures of each office."""
    own: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        own[fact.office].append(fact)
    return {office: measures(own[office]) for office in sorted(own)}


_Kinds = defaultdict[type, list[Any]]


def _petitions(kinds: _Kinds) -> int:
    had: list[Had] = kinds[Had]
    return len({one.petition_id for one in had})


def _fast(kinds: _Kinds) -> Fast:
    accepted: list[Acceptance] = kinds[Acceptance]
    replies: list[Reply] = kinds[Reply]
    due = [reply for reply in replies if reply.in_time is not None]
    return Fast(
        len(due),
        _share(sum(bool(reply.in_time) for reply in due), len(due)),
        median((wait.hours, wait.done) for wait in accepted),
        median((wait.hours, wait.done) for wait in replies),
    )


def _right(kinds: _Kinds) -> Right:
    routed: list[Routing] = kinds[Routing]
    passed: list[PassedOn] = kinds[PassedOn]
    return Right(
        len(routed),
        _share(sum(one.right for one in routed), len(routed)),
        len(passed),
        _share(len(passed), _petitions(kinds)),
        sum(one.disputed for one in passed),
    )


def _effective(kinds: _Kinds) -> Effective:
    ratings: list[Rating] = kinds[Rating]
    answers: list[Answer] = kinds[Answer]
    returned: Sequence[Returned] = kinds[Returned]
    return Effective(
        len(ratings),
        _share(sum(one.stars for one in ratings), len(ratings)),
        _share(sum(one.stars <= 2 for one in ratings), len(ratings)),
        _share(sum(one.reopened for one in answers), len(answers)),
        len(returned),
        _share(len(returned), len(returned) + len(answers)),
    )


def _to_the_end(kinds: _Kinds) -> ToTheEnd:
    unfinished: list[Unfinished] = kinds[Unfinished]
    closed: list[Closure] = kinds[Closure]
    climbs: list[Climb] = kinds[Climb]
    rated = sum(one.because == "rated" for one in closed)
    first, second, third = (sum(one.rung == rung for one in climbs) for rung in (1, 2, 3))
    return ToTheEnd(
        len(unfinished),
        sum(one.late for one in unfinished),
        max((one.days for one in unfinished), default=None),
        rated,
        len(closed) - rated,
        (first, second, third),
    )


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None
