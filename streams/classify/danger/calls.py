"""Whom to call in which danger, as data (`calls.csv`), each line with its source."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from importlib import resources

import msgspec

ANY = ("113", "114", "115")
"""When it is not clear what kind of danger it is."""


class Call(msgspec.Struct, frozen=True, gc=False):
    """`lines`: numbers, the likeliest first; `discreet`: a person's own distress, which open lists do not tell of."""

    danger: str
    lines: tuple[str, ...]
    discreet: bool


@cache
def calls() -> dict[str, Call]:
    """By kind of danger."""
    rows = csv.DictReader(resources.files(__package__).joinpath("calls.csv").read_text(encoding="utf-8").splitlines())
    return {row["danger"]: Call(row["danger"], tuple(row["call"].split("|")), row["discreet"] == "yes") for row in rows}


def lines(dangers: Iterable[str]) -> tuple[str, ...]:
    """The numbers for these dangers in their order, each once."""
    return tuple(dict.fromkeys(line for danger in dangers for line in calls()[danger].lines)) or ANY


def is_discreet(dangers: Iterable[str]) -> bool:
    return any(calls()[danger].discreet for danger in dangers)
