"""The commands of the runner: `up`, `ps`, `run`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from deploy.errors import Failed
from deploy.roles import BY_NAME
from schemas.commands.access import data_option, json_option


class Moment(click.ParamType):
    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        from deploy.one_machine.runner.clock import parse_start

        if isinstance(value, int):
            return value
        try:
            return parse_start(str(value))
        except ValueError:
            self.fail(f"{value!r} is no ISO 8601 time such as 2026-01-05T08:00", param, ctx)


@click.command(short_help="Run everything on this machine.")
@data_option
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="HTTP; 0 picks a free one.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes of each stream stage.")
@click.option("--apart", is_flag=True, help="Each stage in processes of its own, instead of those chained that can be.")
@click.option("--clock-scale", type=click.FloatRange(0, 100_000, min_open=True), help="Let time run so many times faster.")
@click.option("--clock-start", type=Moment(), help="The time at which the clock starts, e.g. 2026-01-05T08:00 (Hanoi time).")
def up(*, data: Path, port: int, workers: int, apart: bool, clock_scale: float | None, clock_start: int | None) -> None:
    """Run everything on this machine: Kafka, PostgreSQL, workers, consumers, HTTP. Ctrl-C stops it.

    With KAFKA_BOOTSTRAP_SERVERS or DATABASE_URL set it uses those instead of its own.
    """
    from deploy.one_machine.runner.up import up as start

    start(data, port=port, workers=workers, chained=not apart, clock_scale=clock_scale, clock_start_ms=clock_start)


@click.command()
@data_option
@json_option
def ps(data: Path, *, as_json: bool) -> None:
    """Show the processes of the instance in DIR."""
    from deploy.one_machine.runner import state
    from deploy.one_machine.runner.directory import Directory

    try:
        rows = state.rows(Directory(data).state)
    except FileNotFoundError:
        raise Failed(f"nothing was ever started in {data}; `petitions up --data {data}` does") from None
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows]))
        return
    click.echo(f"{'ROLE':<14} {'PID':>8}  {'STATE':<12} {'SINCE (UTC)':<24} METRICS")
    for row in rows:
        click.echo(f"{row.role:<14} {row.pid or '-':>8}  {row.state:<12} {row.since[:23]:<24} {row.metrics_url or '-'}")


@click.command(short_help="Run one role in the foreground.")
@click.argument("role", type=click.Choice(list(BY_NAME)))
@click.option("--held", is_flag=True, help="Load the program, then wait for a line on standard input before anything is begun.")
def run(role: str, *, held: bool) -> None:
    """Run one role in the foreground until TERM; its settings come from the environment."""
    from pydantic import ValidationError

    try:
        work = BY_NAME[role].load()
        if held and not sys.stdin.readline():
            return  # who held it in reserve is gone
        work()
    except ValidationError as error:
        raise click.UsageError(f"settings of {role}: {_settings_errors(error)}") from error


def _settings_errors(error: Exception) -> str:
    from pydantic import ValidationError

    assert isinstance(error, ValidationError)
    # Without the values: one of them may be a secret.
    return "; ".join(f"{'.'.join(map(str, one['loc'])).upper() or 'environment'}: {one['msg']}" for one in error.errors())
