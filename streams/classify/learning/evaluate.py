"""Measures a classifier, whole, on labelled texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemas.events.base import Level
from streams.classify.classifier import Classifier
from streams.classify.found import OTHER, Asked, Classification
from streams.classify.learning.corpus import Labelled
from streams.classify.learning.measures import Answer, Report, Share, report


def evaluate(classifier: Classifier, rows: Sequence[Labelled]) -> Report:
    """By the same code path as the stream stage: text, category, urgency, place, routing."""
    found = classifier.classify_texts([Asked(row.text) for row in rows])
    return report(classifier.version, rows, [answer(one, classifier.triage_below) for one in found])


def answer(found: Classification, triage_below: float) -> Answer:
    unsure = found.triage and (found.confidence < triage_below or found.category == OTHER)
    return Answer(found.category, found.confidence, found.level is Level.URGENT, found.triage, unsure)


def lines(found: Report) -> Iterator[str]:
    """The report for people."""
    yield f"model                {found.model_version}"
    yield f"category             {_of(found.category)}   (a second topic counted as right: {_of(found.with_also)})"
    for style, share in found.by_style.items():
        yield f"  {style:<18} {_of(share)}"
    yield f"calibration error    {found.calibration_error:.3f}"
    yield f"sent to triage       {_of(found.triage)}   (unsure or `other`: {_of(found.triage_unsure)}; the rest: ward unknown)"
    yield f"right of the kept    {_of(found.kept)}   (kept but for the ward: {_of(found.kept_sure)})"
    yield f"urgent recall        {_of(found.urgent_recall)}"
    yield f"urgent precision     {_of(found.urgent_precision)}"
    yield "by category"
    for category, share in found.by_category.items():
        yield f"  {category:<18} {_of(share)}"
    yield "confused (right → given)"
    for right, given, count in found.pairs:
        yield f"  {right} → {given}: {count}"


def _of(share: Share) -> str:
    return f"{share.share:.3f} ({share.right}/{share.n})" if share.share is not None else "–"
