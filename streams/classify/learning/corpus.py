"""The project's own labelled texts, beside this package in `training/`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from schemas.events.intake import PetitionKind
from schemas.reference import categories

KINDS_FILE, URGENCY_FILE, DANGER_FILE, CALIBRATION_FILE = "kinds.tsv", "urgency.tsv", "danger.tsv", "calibration.tsv"
STYLES = ("full", "nodiacritics", "teencode", "long", "short")
VOICES = ("english", "hotline")
"""Files of texts in another voice than a citizen's who writes to an office."""
_HELD_BACK = 8
"""Every eighth text of a voice, and of the dangers, is held back for calibration."""


class BadCorpusError(ValueError):
    """A line of the training data that cannot be read; the message has file and line."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with its right category. `also`: other categories it touches; `danger`: the kind of danger it is about, or is not, though it
    looks so; `voice`: whose manner of writing, empty for a citizen who writes to an office."""

    text: str
    category: str
    style: str
    urgent: bool
    also: tuple[str, ...] = ()
    place: str = ""
    id: str = ""
    danger: str = ""
    voice: str = ""


@dataclass(frozen=True, slots=True)
class OfKind:
    text: str
    kind: PetitionKind
    style: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """`petitions` and `kinds` teach the words, `urgency` only urgency; `calibration` is held back from all of it."""

    petitions: tuple[Labelled, ...]
    urgency: tuple[tuple[str, bool], ...]
    kinds: tuple[OfKind, ...]
    calibration: tuple[Labelled, ...]

    @property
    def ordinary(self) -> tuple[Labelled, ...]:
        """Those held back that are written as a citizen writes to an office, about anything."""
        return tuple(one for one in self.calibration if not one.voice and not one.danger)

    def digest(self) -> str:
        """Twelve digits that change with any text or label."""
        return hashlib.sha256(repr(self).encode("utf-8", "replace")).hexdigest()[:12]


def _rows(name: str, fields: int) -> Iterator[tuple[str, list[str]]]:
    text = resources.files("streams.classify").joinpath("training", name).read_text(encoding="utf-8")
    for number, line in enumerate(text.split("\n"), 1):
        if line and not line.startswith("#"):
            parts = line.split("\t")
            if len(parts) != fields or not all(parts):
                raise BadCorpusError(f"{name}:{number}: expected {fields} fields separated by tabs")
            yield f"{name}:{number}", parts


def _urgent(where: str, mark: str) -> bool:
    if mark not in ("0", "1"):
        raise BadCorpusError(f"{where}: urgent is 0 or 1, not {mark!r}")
    return mark == "1"


def _style(where: str, style: str) -> str:
    if style not in STYLES:
        raise BadCorpusError(f"{where}: unknown style {style!r}")
    return style


def _voices() -> list[Labelled]:
    return [
        Labelled(text, code, _style(where, style), _urgent(where, mark), voice=voice)
        for voice in VOICES
        for where, (code, style, mark, text) in _rows(f"{voice}.tsv", 4)
    ]


def _dangers() -> list[Labelled]:
    return [
        Labelled(text, code, _style(where, style), _urgent(where, mark), danger=kind)
        for where, (kind, code, style, mark, text) in _rows(DANGER_FILE, 5)
    ]


def own() -> Corpus:
    """Raises `BadCorpusError`."""
    petitions = [
        Labelled(text, code, _style(where, style), _urgent(where, mark))
        for code in categories()
        for where, (style, mark, text) in _rows(f"{code}.tsv", 3)
    ]
    calibration = [
        Labelled(text, code, _style(where, style), _urgent(where, mark)) for where, (code, style, mark, text) in _rows(CALIBRATION_FILE, 4)
    ]
    told = [*_voices(), *_dangers()]
    petitions += [one for at, one in enumerate(told) if at % _HELD_BACK]
    calibration += told[::_HELD_BACK]
    kinds = [OfKind(text, PetitionKind(kind), _style(where, style)) for where, (kind, style, text) in _rows(KINDS_FILE, 3)]
    urgency = [(text, _urgent(where, mark)) for where, (mark, text) in _rows(URGENCY_FILE, 2)]
    return Corpus(tuple(petitions), tuple(urgency), tuple(kinds), tuple(calibration))


def read_jsonl(path: Path) -> list[Labelled]:
    """Labelled texts, one JSON object a line: `{"id", "text", "category", "also", "urgent", "place", "style"}`.
    Raises `BadCorpusError` with the line."""
    return list(_parsed(path.name, path.read_text(encoding="utf-8").split("\n")))


def _parsed(name: str, lines: Iterable[str]) -> Iterator[Labelled]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            yield Labelled(
                str(row["text"]),
                str(row["category"]),
                str(row.get("style", "full")),
                bool(row.get("urgent", False)),
                tuple(row.get("also", ())),
                str(row.get("place", "")),
                str(row.get("id", number)),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise BadCorpusError(f"{name}:{number}: {error!r}") from error
