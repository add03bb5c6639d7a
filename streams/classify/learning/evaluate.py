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
    return report(classifier.version, rows, answers(classifier, rows))


def answers(classifier: Classifier, rows: Sequence[Labelled]) -> list[Answer]:
    """What it says of each text."""
    return [answer(one, classifier.triage_below) for one in classifier.classify_texts([Asked(row.text) for row in rows])]


def answer(found: Classification, triage_below: float) -> Answer:
    unsure = found.triage and (found.confidence < triage_below or found.category == OTHER)
    return Answer(found.category, found.confidence, found.level is Level.URGENT, found.triage, unsure, found.maybe_urgent)


def lines(found: Report) -> Iterator[str]:
    """The report for people."""
    yield f"model                {found.model_version}"
    yield f"category             {_of(found.category)}   (a second topic counted as right: {_of(found.with_also)})"
    for style, share in found.by_style.items():
        yield f"  {style:<18} {_of(share)}"
    yield f"calibration error    {found.calibration_error:.3f}   (by chance alone: {found.calibration_chance:.3f})"
    yield f"sent to triage       {_of(found.triage)}   (unsure or `other`: {_of(found.triage_unsure)}; the rest: ward unknown)"
    yield f"right of the kept    {_of(found.kept)}   (kept but for the ward: {_of(found.kept_sure)})"
    yield f"urgent recall        {_of(found.urgent_recall)}"
    yield f"urgent precision     {_of(found.urgent_precision)}"
    yield f"surely urgent        {_of(found.urgent_sure)}   (the rest of the recall: maybe urgent)"
    yield f"{'by voice':<21}{'right':<18}{'kept':<18}{'triage':<18}{'urgent recall':<18}{'precision':<18}calibration error, by chance"
    for name, voice in found.voices.items():
        shares = (found.by_style[name], voice.kept, voice.triage, voice.urgent_recall, voice.urgent_precision)
        yield f"  {name:<19}{''.join(f'{_of(share):<18}' for share in shares)}{voice.calibration_error:.3f}, {voice.calibration_chance:.3f}"
    yield "by category"
    for category, share in found.by_category.items():
        yield f"  {category:<18} {_of(share)}"
    yield "confused (right → given)"
    for right, given, count in found.pairs:
        yield f"  {right} → {given}: {count}"


def _of(share: Share) -> str:
    return f"{share.share:.3f} ({share.right}/{share.n})" if share.share is not None else "–"
