"""Where something stands in a TOML text: `tomllib` gives values without lines, so the lines are looked up by the keys."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Any

Path = tuple[int | str, ...]
_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*["']?([A-Za-z0-9_-]+)["']?\s*(?:\.[^=]*)?=""")


def real_path(raw: Any, loc: Path, *, missing: bool) -> Path:
    """A pydantic location without what is not in the file (names of union members); a `missing` key stays at its end."""
    found: list[int | str] = []
    for step in loc:
        inside = isinstance(raw, dict) and step in raw
        listed = isinstance(raw, list) and isinstance(step, int) and step < len(raw)
        if inside or listed:
            found.append(step)
            raw = raw[step]
    return (*found, loc[-1]) if missing else tuple(found)


def line_of(text: str, path: Path) -> int | None:
    """The line (from 1) where `path`, or the nearest thing around it, is written; None for the file as a whole."""
    best: int | None = None
    depth = 0
    table: Path = ()
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        key = _KEY.match(line)
        if header:
            table = _array(header[1], counts) if line.lstrip().startswith("[[") else _table(header[1])
            here = table
        elif key and not line.lstrip().startswith("{"):
            here = (*table, key[1])
        else:
            continue
        if len(here) > depth and path[: len(here)] == here:
            best, depth = number, len(here)
    return _item_line(text, best, path[depth:]) if best else None


def _table(name: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in name.split("."))


def _array(name: str, counts: dict[str, int]) -> Path:
    counts[name] = counts.get(name, -1) + 1
    return (name, counts[name])


def _item_line(text: str, line: int, rest: Path) -> int:
    """Within a list that is written one inline table a line, the line of the item."""
    lines = text.splitlines()
    if not rest or not isinstance(rest[0], int) or not lines[line - 1].partition("#")[0].rstrip().endswith("["):
        return line
    inside = takewhile(lambda number: not lines[number - 1].startswith("]"), range(line + 1, len(lines) + 1))
    items = [number for number in inside if lines[number - 1].lstrip().startswith("{")]
    return items[rest[0]] if rest[0] < len(items) else line
