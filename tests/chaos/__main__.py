"""`make chaos`: petitions at a rate, faults by a schedule, then the verdict. Bounded in count and time; everything on loopback."""

from __future__ import annotations

import json
import secrets
import sys
import tempfile
from pathlib import Path

import click

from tests.chaos.faults import KINDS
from tests.chaos.story import Story, run_story


@click.command()
@click.option("--petitions", default=100_000, show_default=True)
@click.option("--rate", default=150.0, show_default=True, help="Petitions a second.")
@click.option("--faults", default=36, show_default=True)
@click.option("--brokers", default=1, show_default=True, help="3: a cluster with replication 3.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), help="These kinds of faults alone.")
@click.option("--seed", type=int, help="The same seed, the same faults; without it another one each time.")
@click.option("--data", type=click.Path(path_type=Path), help="A new directory that is kept, with the logs; else one that is removed.")
def main(petitions: int, rate: float, faults: int, brokers: int, kinds: tuple[str, ...], seed: int | None, data: Path | None) -> None:
    """Prints the report as JSON; exit code 1 when anything was lost, doubled, out of order, late or early."""
    story = Story(secrets.randbelow(1_000_000) if seed is None else seed, petitions, rate, faults, brokers, kinds)
    with tempfile.TemporaryDirectory(prefix="petitions-chaos-") as folder:
        report = run_story(story, data or Path(folder))
    click.echo(json.dumps(report, ensure_ascii=False, indent=1))
    sys.exit(0 if report["right"] else 1)


if __name__ == "__main__":
    main()
