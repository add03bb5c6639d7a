"""The format of `petitions classify`: JSON lines in, JSON lines out, one for one and in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import orjson

from schemas.events.base import Level
from schemas.events.intake import LAT_MAX, LAT_MIN, LONG_MAX, LONG_MIN
from streams.classify.classifier import Classifier
from streams.classify.found import Asked, Classification
from streams.classify.io.wire import Location

BATCH = 512


class BadLineError(ValueError):
    """A line that is not `{"id", "text", "lat"?, "long"?}`."""


def classify_lines(classifier: Classifier, lines: Iterable[bytes]) -> Iterator[tuple[bool, bytes]]:
    """One line out for each line in that is not blank, and whether it could be read. A bad line gives `{"id"?, "line", "error"}`;
    the others go on."""
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    while batch := list(islice(numbered, BATCH)):
        yield from _batch(classifier, batch)


def _batch(classifier: Classifier, batch: list[tuple[int, bytes]]) -> Iterator[tuple[bool, bytes]]:
    read = [_read(number, line) for number, line in batch]
    found = iter(classifier.classify_texts([asked for _, asked in read if asked is not None]))
    for answer, asked in read:
        whole = answer if asked is None else answer | _answer(next(found))
        yield asked is not None, orjson.dumps(whole, option=orjson.OPT_APPEND_NEWLINE)


def _read(number: int, line: bytes) -> tuple[dict[str, Any], Asked | None]:
    row: Any = None
    try:
        row = orjson.loads(line)
        if not isinstance(row, dict):
            raise BadLineError("not a JSON object")
        asked = Asked(_text(row), _location(row))
    except ValueError as error:
        known = {"id": row["id"]} if isinstance(row, dict) and "id" in row else {}
        return {**known, "line": number, "error": str(error)}, None
    return {"id": row.get("id")}, asked


def _text(row: dict[str, Any]) -> str:
    text = row.get("text")
    if not isinstance(text, str) or not text.strip():
        raise BadLineError("text: a non-empty string is needed")
    return text


def _location(row: dict[str, Any]) -> Location | None:
    if row.get("lat") is None and row.get("long") is None:
        return None
    lat, long = _degrees(row.get("lat")), _degrees(row.get("long"))
    if not (LAT_MIN <= lat <= LAT_MAX and LONG_MIN <= long <= LONG_MAX):
        raise BadLineError("lat, long: outside Hanoi")
    return Location(lat=lat, long=long)


def _degrees(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadLineError("lat, long: two numbers (degrees) or none")
    return float(value)


def _answer(found: Classification) -> dict[str, Any]:
    return {
        "kind": found.kind.value,
        "category": found.category,
        "confidence": found.confidence,
        "alternatives": [{"category": guess.category, "confidence": guess.confidence} for guess in found.alternatives],
        "urgent": found.level is Level.URGENT,
        "level": found.level.value,
        "urgent_reasons": found.urgent_reasons,
        "ward_code": found.place.ward_code,
        "ward_confidence": found.place.confidence,
        "ward_candidates": found.place.candidates,
        "office": found.office,
        "co_offices": found.co_offices,
        "triage": found.triage,
        "reasons": found.reasons,
        "model_version": found.model_version,
    }
