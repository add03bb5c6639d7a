"""`petitions simulate`."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from deploy.one_machine.commands import Moment
from deploy.simulate.tempers import Crowd
from schemas.commands.access import json_option

if TYPE_CHECKING:
    from deploy.simulate.run import Outcome, Scenario

PETITIONS_PER_SECOND = 45.0
"""Of real time: what a machine with two cores runs beside broker and database without falling behind."""
SECONDS_PER_DAY = 8.0
"""At least: faster, and the time that the pipeline takes would be a great part of a working day."""


def chosen_seconds(days: int, rate: float, minutes: float | None) -> float:
    """Real seconds for all simulated days."""
    if minutes is not None:
        return minutes * 60
    return max(days * SECONDS_PER_DAY, days * rate / PETITIONS_PER_SECOND)


@click.command(short_help="Days of made-up citizens and offices in minutes, with a report.")
@click.option("--days", type=click.IntRange(1, 365), default=30, show_default=True)
@click.option("--rate", type=click.FloatRange(1, 50_000), default=350.0, show_default=True, help="Petitions a day, on average.")
@click.option("--offices", type=click.Choice([crowd.value for crowd in Crowd]), default="mixed", show_default=True)
@click.option("--minutes", type=click.FloatRange(0.2, 24 * 60), help="Real time for all days; default: by days and rate (4 for 30 × 350).")
@click.option("--start", type=Moment(), default="2026-03-02", show_default=True, help="The first day (Hanoi time).")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed: the same petitions and tempers.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("simulation.html"), show_default=True)
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Keep the instance in this (new) directory.")
@json_option
def simulate(
    *,
    days: int,
    rate: float,
    offices: str,
    minutes: float | None,
    start: int,
    seed: int,
    out: Path,
    data: Path | None,
    as_json: bool,
) -> None:
    """Run a real instance on a fast clock with made-up citizens and offices, and report how fast, right and effective it was.

    Ends by itself. The report is a page of its own (FILE.html) in Vietnamese and English.
    """
    from deploy.simulate.run import Scenario
    from deploy.simulate.run import simulate as run

    scenario = Scenario(days, rate, Crowd(offices), seed, start, chosen_seconds(days, rate, minutes))
    signal.signal(signal.SIGTERM, _end)
    with _directory(data) as directory, _shown() as progress:
        outcome = run(scenario, directory, progress)
    _report(scenario, outcome, out, as_json=as_json)


def _end(*_: object) -> NoReturn:
    """TERM ends it in order: the instance is stopped, its directory removed."""
    sys.exit(143)


@contextmanager
def _directory(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="petitions-simulation-", ignore_cleanup_errors=True) as made:
        yield Path(made)


@contextmanager
def _shown() -> Iterator[_Bar]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:<22}"), BarColumn(), TextColumn("{task.fields[counts]}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield _Bar(progress)


class _Bar:
    """A bar with the simulated date; where there is no terminal, it stays silent until the end."""

    def __init__(self, progress: object) -> None:
        from rich.progress import Progress

        assert isinstance(progress, Progress)
        self._progress = progress
        self._task = progress.add_task("", total=None, counts="")

    def phase(self, name: str) -> None:
        self._progress.update(self._task, description={"starting": "starting the instance", "reading": "reading the record"}.get(name, ""))

    def at(self, now: int, start: int, until: int, counts: Counter[str]) -> None:
        from schemas.platform.clock import HANOI, to_datetime

        shown = f"{counts['petitions']:,} petitions, {counts['events']:,} events, {counts['actions']:,} actions"
        when = f"{to_datetime(max(now, start)).astimezone(HANOI):%a %d %b %Y %H:00}"
        self._progress.update(self._task, completed=max(now - start, 0), total=until - start, description=when, counts=shown)


def _report(scenario: Scenario, outcome: Outcome, out: Path, *, as_json: bool) -> None:
    from deploy.simulate.measures.measures import by_office, measures
    from deploy.simulate.report.page import page
    from deploy.simulate.report.summary import summary

    out.write_text(page(scenario, outcome), encoding="utf-8")
    whole, own = measures(outcome.facts), by_office(outcome.facts)
    if as_json:
        median, high = outcome.lag
        about = {"report": str(out), "petitions_sent": outcome.sent["petitions"], "lag_hours": {"median": median, "p95": high}}
        found = {"city": whole.as_json(), "offices": {code: one.as_json() for code, one in own.items()}}
        click.echo(json.dumps(about | found))
        return
    click.echo(summary(whole, outcome))
    click.echo(f"report: {out}")
