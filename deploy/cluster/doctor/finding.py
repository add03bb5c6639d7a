"""A check and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploy.cluster.doctor.patient import Patient


class Level(Enum):
    """How bad a finding is; the value is its word in the report."""

    FINE = "fine"
    NOT_HERE = "not here"
    """There is nothing of it to look at from here: no data directory, another machine's files."""
    MIND = "mind"
    """It works, slower or less safely than it could."""
    WRONG = "wrong"
    """Something can be lost, stand still or be read by others; or does already."""
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found; `do` says what to do about it, in a command where there is one. No secrets and no personal data in either."""

    level: Level
    found: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """`right` says what must hold. `look` may raise Failed (Unreachable above all): then that is the finding."""

    name: str
    right: str
    look: Callable[[Patient], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Result:
    check: Check
    findings: tuple[Finding, ...]

    @property
    def level(self) -> Level:
        """That of the worst finding."""
        return max((finding.level for finding in self.findings), key=list(Level).index, default=Level.FINE)


def fine(found: str) -> Finding:
    return Finding(Level.FINE, found)


def not_here(found: str) -> Finding:
    return Finding(Level.NOT_HERE, found)


def mind(found: str, do: str) -> Finding:
    return Finding(Level.MIND, found, do)


def wrong(found: str, do: str) -> Finding:
    return Finding(Level.WRONG, found, do)


def or_fine(findings: Iterable[Finding], otherwise: str) -> list[Finding]:
    """The findings, or that all is right."""
    return list(findings) or [fine(otherwise)]
