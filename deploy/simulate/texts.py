"""What citizens write: the sentences on which the classifier was trained, which are made up and labelled."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streams.classify
from deploy.errors import Failed
from schemas.reference import categories

_DIRECTORY = Path(streams.classify.__file__).parent / "training"


class NoTexts(Failed):
    """The training texts are not part of this installation."""


@dataclass(frozen=True, slots=True)
class Sample:
    """`category`: what it is really about, whatever a classifier says. `urgent`: it is about danger."""

    category: str
    text: str
    urgent: bool


@cache
def samples() -> tuple[Sample, ...]:
    """All sentences; raise NoTexts."""
    found = tuple(sample for code in categories() for sample in _of(code))
    if not found:
        raise NoTexts("the made-up citizens have nothing to write: streams/classify/training is not part of this installation")
    return found


def _of(category: str) -> list[Sample]:
    path = _DIRECTORY / f"{category}.tsv"
    if not path.exists():
        return []
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line)
    return [Sample(category, row[2], row[1] == "1") for row in rows if len(row) == 3]
