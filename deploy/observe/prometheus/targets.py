"""What Prometheus needs to watch a one-machine instance: its processes as `file_sd` targets, configuration and rules.

`python -m deploy.observe.prometheus.targets --data DIR --out FOLDER`, then `prometheus --config.file FOLDER/prometheus.yaml`.
Ports stay the same over restarts of an instance; run it again when processes were added.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlsplit

import click

from deploy.errors import Failed
from deploy.one_machine.runner.directory import Directory, write_json
from deploy.one_machine.runner.state import Row, rows
from schemas.commands.access import data_option

HERE = Path(__file__).parent
COPIED = {"one-machine.yaml": "prometheus.yaml", "alerts.yaml": "alerts.yaml"}
"""File here → file in the folder."""


class Group(TypedDict):
    """One entry of a `file_sd` file."""

    targets: list[str]
    labels: dict[str, str]


def groups(processes: Iterable[Row]) -> list[Group]:
    """One group for each process that has metrics; the label `job` is its role, `instance` its own name."""
    return [
        {"targets": [urlsplit(row.metrics_url).netloc], "labels": {"job": job_of(row.role), "instance": row.role}}
        for row in processes
        if row.metrics_url
    ]


def job_of(process: str) -> str:
    """`case-2` is the second process of the role `case`."""
    role, _, number = process.rpartition("-")
    return role if role and number.isdigit() else process


def write_folder(folder: Path, found: list[Group]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for source, name in COPIED.items():
        shutil.copyfile(HERE / source, folder / name)
    write_json(folder / "targets.json", found)


@click.command()
@data_option
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder to write Prometheus' files to.")
def targets(data: Path, out: Path | None) -> None:
    """Prometheus targets of the instance in DIR: as JSON, or with --out a folder that Prometheus can run from."""
    try:
        found = groups(rows(Directory(data).state))
    except FileNotFoundError:
        raise Failed(f"nothing was ever started in {data}; `petitions up --data {data}` does") from None
    if out is None:
        click.echo(json.dumps(found, indent=1))
        return
    write_folder(out, found)
    click.echo(f"{len(found)} targets; now: prometheus --config.file {out / 'prometheus.yaml'} --web.listen-address 127.0.0.1:9090")


commands: list[click.Command] = [targets]

if __name__ == "__main__":
    targets()
