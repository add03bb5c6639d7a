"""What a model is judged by, from pairs of right and given answers. Pure arithmetic."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from math import pi, sqrt
from typing import Any

from streams.classify.learning.corpus import Labelled

_BINS = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """What the classifier said of one text."""

    category: str
    confidence: float
    urgent: bool
    triage: bool
    unsure: bool
    """Sent to triage because of low confidence or the category `other`, not because the ward is unknown."""
    maybe_urgent: bool = False
    """Urgent until a person has looked; `urgent` is then true as well."""


@dataclass(frozen=True, slots=True)
class Share:
    """`right` of `n`; the share is None when there was nothing to judge."""

    right: int
    n: int

    @property
    def share(self) -> float | None:
        return self.right / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Voice:
    """The goals for texts of one manner of writing (the label's style). `calibration_chance`: what the error of calibration would be by
    chance alone."""

    calibration_error: float
    calibration_chance: float
    triage: Share
    kept: Share
    urgent_recall: Share
    urgent_precision: Share


@dataclass(frozen=True, slots=True)
class Report:
    """All shares are of right answers unless the name says otherwise. `pairs`: (right, given, how often). What is maybe urgent counts as
    urgent, but for `urgent_sure`: the share of dangers that are surely urgent."""

    model_version: str
    category: Share
    with_also: Share
    by_style: dict[str, Share]
    by_category: dict[str, Share]
    voices: dict[str, Voice]
    pairs: tuple[tuple[str, str, int], ...]
    calibration_error: float
    calibration_chance: float
    triage: Share
    triage_unsure: Share
    kept: Share
    kept_sure: Share
    urgent_recall: Share
    urgent_precision: Share
    urgent_sure: Share
    mistakes: tuple[dict[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON: each share with its fraction."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"right", "n"}:
        share = Share(**value).share
        return value | {"share": None if share is None else round(share, 4)}
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return round(value, 4) if isinstance(value, float) else value


def calibration_error(pairs: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error over ten bins of equal width: how far confidence and accuracy are apart, 0 to 1."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in pairs:
        bins[_bin(confidence)].append((confidence, right))
    gaps = (abs(sum(c for c, _ in one) - sum(r for _, r in one)) for one in bins.values())
    return sum(gaps) / len(pairs) if pairs else 0.0


def calibration_chance(confidences: Sequence[float]) -> float:
    """What `calibration_error` would be on average if each confidence were true: of so few answers, nothing smaller can be shown. By the
    mean distance of a normal variable from its mean, √(2/π) of its standard deviation."""
    variances: dict[int, float] = defaultdict(float)
    for confidence in confidences:
        variances[_bin(confidence)] += confidence * (1 - confidence)
    return sum(sqrt(2 / pi * one) for one in variances.values()) / len(confidences) if confidences else 0.0


def _bin(confidence: float) -> int:
    return min(int(confidence * _BINS), _BINS - 1)


def report(version: str, rows: Sequence[Labelled], answers: Sequence[Answer]) -> Report:
    """Compare answers with labels, row by row."""
    both = list(zip(rows, answers, strict=True))
    whole = _voice(both)
    return Report(
        model_version=version,
        category=_count(both, _right),
        with_also=_count(both, lambda row, answer: answer.category in (row.category, *row.also)),
        by_style=_grouped(both, lambda row: row.style),
        by_category=_grouped(both, lambda row: row.category),
        voices={name: _voice(pairs) for name, pairs in _groups(both, lambda row: row.style).items()},
        pairs=_pairs(both),
        calibration_error=whole.calibration_error,
        calibration_chance=whole.calibration_chance,
        triage=whole.triage,
        triage_unsure=_count(both, lambda _, answer: answer.unsure),
        kept=whole.kept,
        kept_sure=_count([pair for pair in both if not pair[1].unsure], _right),
        urgent_recall=whole.urgent_recall,
        urgent_precision=whole.urgent_precision,
        urgent_sure=_count([pair for pair in both if pair[0].urgent], lambda _, answer: answer.urgent and not answer.maybe_urgent),
        mistakes=tuple(_mistake(row, answer) for row, answer in both if not _right(row, answer) or row.urgent != answer.urgent),
    )


_Pair = tuple[Labelled, Answer]


def _right(row: Labelled, answer: Answer) -> bool:
    return row.category == answer.category


def _count(pairs: Sequence[_Pair], test: Callable[[Labelled, Answer], bool]) -> Share:
    return Share(sum(test(row, answer) for row, answer in pairs), len(pairs))


def _voice(pairs: Sequence[_Pair]) -> Voice:
    return Voice(
        calibration_error=calibration_error([(answer.confidence, _right(row, answer)) for row, answer in pairs]),
        calibration_chance=calibration_chance([answer.confidence for _, answer in pairs]),
        triage=_count(pairs, lambda _, answer: answer.triage),
        kept=_count([pair for pair in pairs if not pair[1].triage], _right),
        urgent_recall=_count([pair for pair in pairs if pair[0].urgent], lambda _, answer: answer.urgent),
        urgent_precision=_count([pair for pair in pairs if pair[1].urgent], lambda row, _: row.urgent),
    )


def _groups(pairs: Iterable[_Pair], key: Callable[[Labelled], str]) -> dict[str, list[_Pair]]:
    groups: dict[str, list[_Pair]] = defaultdict(list)
    for pair in pairs:
        groups[key(pair[0])].append(pair)
    return {name: groups[name] for name in sorted(groups)}


def _grouped(pairs: Iterable[_Pair], key: Callable[[Labelled], str]) -> dict[str, Share]:
    return {name: _count(group, _right) for name, group in _groups(pairs, key).items()}


def _pairs(pairs: Iterable[_Pair]) -> tuple[tuple[str, str, int], ...]:
    wrong = Counter((row.category, answer.category) for row, answer in pairs if not _right(row, answer))
    return tuple((right, given, count) for (right, given), count in sorted(wrong.items(), key=lambda one: (-one[1], one[0])))


def _mistake(row: Labelled, answer: Answer) -> dict[str, Any]:
    return {
        "id": row.id,
        "style": row.style,
        "right": row.category,
        "given": answer.category,
        "confidence": round(answer.confidence, 3),
        "unsure": answer.unsure,
        "urgent": row.urgent,
        "given_urgent": answer.urgent,
        "maybe_urgent": answer.maybe_urgent,
    }
