"""Abbreviations that residents type, and what they stand for."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def teencode() -> dict[str, str]:
    """Abbreviation → what it stands for (one or more words), from `teencode.tsv`."""
    lines = resources.files(__package__).joinpath("teencode.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t")[:2] for line in lines if line and not line.startswith("#"))
