"""docs/benchmarks.md from the JSON of a run: `python -m tests.bench.markdown RUN.json > docs/benchmarks.md`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.bench.results import Goal, grid, show

_HEAD = """# Benchmarks

Generated from a run of `make bench` (`python -m tests.bench --json FILE --docs docs/benchmarks.md`); do not edit. Everything
runs on one machine: broker, database, load and what is measured share its cores. Ratios within a run mean more than absolute
numbers.
`python -m tests.bench engines|pipeline|latency|store` runs one part; `--count` and `--rounds` make it shorter.
"""


def page(found: Mapping[str, Any]) -> str:
    """The whole page for what a run has found."""
    machine = "\n".join(f"| {name} | {show(value)} |" for name, value in found["machine"].items())
    parts = [_HEAD, f"## Machine, {found['at']}\n\n| what | |\n|---|---|\n{machine}\n", *map(_section, found["sections"])]
    return "\n".join(parts)


def _section(section: Mapping[str, Any]) -> str:
    head, *lines = grid(tuple(section["rows"]))
    rule = ["---", *("---:" for _ in head[1:])]
    table = "\n".join("| " + " | ".join(line) + " |" for line in (head, rule, *lines))
    goals = "\n".join(f"- {_goal(goal)}" for goal in section["goals"])
    notes = "\n".join(f"- {note}" for note in section["notes"])
    plots = "".join(f"\n{_plot(section, column)}\n" for column in section.get("plots", ()))
    return f"## {section['title']}\n\n{table}\n{plots}\nGoals:\n\n{goals}\n\nHow it was measured:\n\n{notes}\n"


def _plot(section: Mapping[str, Any], column: str) -> str:
    """Bars in Mermaid, which the readers of Markdown draw themselves."""
    rows = [row for row in section["rows"] if row[column] is not None]
    names = ", ".join(f'"{" ".join(show(row[by]) for by in section["by"])}"' for row in rows)
    bars = ", ".join(str(row[column]) for row in rows)
    return f'```mermaid\nxychart-beta horizontal\n  title "{column}"\n  x-axis [{names}]\n  bar [{bars}]\n```'


def _goal(goal: Mapping[str, Any]) -> str:
    plain = {name: value for name, value in goal.items() if name != "met"}
    return " ".join(str(Goal(**plain)).split())


if __name__ == "__main__":
    sys.stdout.write(page(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
