"""What a benchmark finds, as rows, goals and JSON, and how it is shown."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Cell = str | int | float | None


class WrongResult(Exception):
    """A contestant lost, doubled or changed something: its speed is worth nothing."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A number to hold. `at_least` says in which direction."""

    what: str
    wanted: float
    got: float
    unit: str = ""
    at_least: bool = True

    @property
    def met(self) -> bool:
        return self.got >= self.wanted if self.at_least else self.got <= self.wanted

    def __str__(self) -> str:
        word = "at least" if self.at_least else "at most"
        shown = f"{self.what}: {show(self.got)}{self.unit} ({word} {show(self.wanted)}{self.unit})"
        return f"{'met   ' if self.met else 'MISSED'} {shown}"


@dataclass(frozen=True, slots=True)
class Section:
    """One benchmark. All rows have the same columns; `notes` say how it was measured. `plots`: columns that docs show as bars, a row each,
    named by the columns of `by`."""

    name: str
    title: str
    rows: tuple[Mapping[str, Cell], ...]
    goals: tuple[Goal, ...] = ()
    notes: tuple[str, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    plots: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "goals": [{**asdict(goal), "met": goal.met} for goal in self.goals]}


def say(line: str) -> None:
    """Progress, on standard error."""
    print(line, file=sys.stderr, flush=True)


def show(value: Cell) -> str:
    """A number with as many digits as say something: 12,345 or 0.83."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if isinstance(value, int) or abs(value) >= 100 else f"{value:,.3g}"


def grid(rows: tuple[Mapping[str, Cell], ...]) -> list[list[str]]:
    """The cells as text, the column names first."""
    columns = list(rows[0])
    return [columns, *([show(row[column]) for column in columns] for row in rows)]


def text(section: Section) -> str:
    """The section for a terminal."""
    cells = grid(section.rows)
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width) for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in cells
    ]
    head = [f"== {section.title}", *lines, *(f"   {goal}" for goal in section.goals)]
    return "\n".join([*head, *(f"   {note}" for note in section.notes)])
