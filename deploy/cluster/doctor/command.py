"""`petitions doctor`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from deploy.cluster.doctor.finding import Level, Result
from schemas.commands.access import data_option, json_option

_MARKS = {Level.FINE: "ok", Level.NOT_HERE: "-", Level.MIND: "!", Level.WRONG: "✗", Level.UNREACHABLE: "?"}


@click.command(short_help="Look for what is set up wrong.")
@data_option
@json_option
def doctor(data: Path, *, as_json: bool) -> None:
    """Look for what is set up wrong, and say what to do about it.

    Looks with the settings of the environment, as a role would have them, else at the instance in DIR. Exit code 1 when something is
    wrong, 3 when a service does not answer.
    """
    from deploy.cluster.doctor.patient import Patient
    from deploy.cluster.doctor.run import examine, exit_code
    from deploy.cluster.doctor.table import CHECKS
    from deploy.one_machine.reach import environment
    from deploy.one_machine.runner.directory import Directory
    from schemas.platform import logs

    logs.configure("doctor")
    directory = Directory(data)
    with Patient(environment(directory, os.environ), directory) as site:
        results = examine(site, CHECKS)
    click.echo(json.dumps(_plain(results), ensure_ascii=False) if as_json else _told(results))
    sys.exit(exit_code(results))


def _plain(results: Sequence[Result]) -> list[dict[str, object]]:
    return [
        {
            "check": result.check.name,
            "right": result.check.right,
            "level": result.level.value,
            "findings": [{"level": one.level.value, "found": one.found, "do": one.do} for one in result.findings],
        }
        for result in results
    ]


def _told(results: Sequence[Result]) -> str:
    lines = []
    for result in results:
        lines.append(f"{_MARKS[result.level]:>2}  {result.check.name:<16} {result.check.right}")
        shown = [one for one in result.findings if one.level is result.level or one.level not in (Level.FINE, Level.NOT_HERE)]
        for one in shown:
            lines.append(f"      {one.found}")
            lines += [f"      → {one.do}"] if one.do else []
    worst = sum(result.level in (Level.WRONG, Level.UNREACHABLE) for result in results)
    return "\n".join([*lines, "", f"{len(results)} checks, {worst} of them found something wrong"])
