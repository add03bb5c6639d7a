"""The directory of what is published: a folder a span, each put there whole or not at all."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FILE = re.compile(r"petitions\.(csv|jsonl|parquet)|datapackage\.json")


def put(out: Path, name: str, files: Mapping[str, bytes]) -> Path:
    """The folder `name` with these files in it, in place of the one that was there. Raises OSError."""
    folder, beside = out / name, out / f".{name}.new"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    for file, content in files.items():
        (beside / file).write_bytes(content)
    shutil.rmtree(folder, ignore_errors=True)
    return beside.replace(folder)


def newest(out: Path) -> Path | None:
    """The folder of the newest single day; None where there is none yet."""
    found = [one for one in out.iterdir() if _DAY.fullmatch(one.name)] if out.is_dir() else []
    return max(found, default=None, key=lambda one: one.name)


def published(out: Path, day: str, name: str) -> Path | None:
    """The file of a day; None for what is none, whatever a caller writes as day and name."""
    if not _DAY.fullmatch(day) or not _FILE.fullmatch(name):
        return None
    found = out / day / name
    return found if found.is_file() else None


def names(folder: Path) -> list[str]:
    """Of a day's files."""
    return sorted(one.name for one in folder.iterdir() if _FILE.fullmatch(one.name))
