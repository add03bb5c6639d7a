"""Reads policy files. Every mistake is named with its place (file, line where it can be found, path of keys)."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from streams.case.policy.compiled import Policy, compile_policy
from streams.case.policy.model import Overrides, PolicyFile, WorkingHours
from streams.case.policy.places import line_of, real_path

P = TypeVar("P", bound=BaseModel)

DEFAULT_DIRECTORY = Path(__file__).parent
DEFAULT_FILE = DEFAULT_DIRECTORY / "default.toml"


@dataclass(frozen=True, slots=True)
class Mistake:
    """`line` counts from 1; None when the place has no line of its own (something is missing)."""

    file: str
    line: int | None
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.path + ': ' if self.path else ''}{self.message}"


class BadPolicy(ValueError):
    """The file cannot be taken up; `mistakes` has all of them."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Loaded:
    """A policy with its file model, a digest of all that it was made from, and the override files that it names."""

    policy: Policy
    file: PolicyFile
    digest: str
    override_names: tuple[str, ...]


def load(path: Path) -> Loaded:
    """Read, check and compile a policy file and the override files it names; raise BadPolicy."""
    text = _read(path)
    file = _parse(path, text, PolicyFile)
    mistakes = _unknown_paths(path, text, file)
    overrides: dict[str, Overrides] = {}
    digest = hashlib.sha256(text.encode())
    for name in _override_names(file):
        try:
            other = _read(path.parent / name)
            overrides[name] = _parse(path.parent / name, other, Overrides)
            digest.update(other.encode())
        except BadPolicy as error:
            mistakes += error.mistakes
    if mistakes:
        raise BadPolicy(mistakes)
    return Loaded(compile_policy(file, overrides), file, digest.hexdigest(), tuple(_override_names(file)))


def _override_names(file: PolicyFile) -> list[str]:
    named = {part.overrides for part in file.calendars.values() if isinstance(part, WorkingHours) and part.overrides}
    return sorted(named)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadPolicy([Mistake(path.name, None, "", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise BadPolicy([Mistake(path.name, None, "", "is not UTF-8")]) from None


def _parse(path: Path, text: str, model: type[P]) -> P:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, line = _split_position(str(error))
        raise BadPolicy([Mistake(path.name, line, "", f"not TOML: {message}")]) from None
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise BadPolicy([_mistake(path, text, raw, item) for item in error.errors()]) from None


def _split_position(message: str) -> tuple[str, int | None]:
    found = re.search(r" \(at line (\d+), column \d+\)$", message)
    return (message[: found.start()], int(found[1])) if found else (message, None)


def _mistake(path: Path, text: str, raw: dict[str, Any], item: ErrorDetails) -> Mistake:
    place = real_path(raw, item["loc"], missing=item["type"] == "missing")
    return Mistake(path.name, line_of(text, place), ".".join(map(str, place)), item["msg"].removeprefix("Value error, "))


def _unknown_paths(path: Path, text: str, file: PolicyFile) -> list[Mistake]:
    """`to_be_confirmed` must name places that exist, or it would silently stop to warn."""
    raw = tomllib.loads(text)
    line = line_of(text, ("to_be_confirmed",))
    return [
        Mistake(path.name, line, "to_be_confirmed", f"there is no {name!r} in this file")
        for name in file.to_be_confirmed
        if not _exists(raw, name.split("."))
    ]


def _exists(raw: Any, keys: list[str]) -> bool:
    for key in keys:
        if not isinstance(raw, dict) or key not in raw:
            return False
        raw = raw[key]
    return True
