"""`petitions model retrain|promote|history`: learn from corrections, put a better model in place, see who did."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from streams.classify.commands.given import (
    FILE,
    OUT,
    broker,
    candidate,
    data_option,
    in_use,
    json_option,
    labelled,
    models,
    newest,
    reaching_kafka,
    recorded,
)
from streams.classify.learning import corpus

if TYPE_CHECKING:
    from streams.classify.learning.corpus import Labelled
    from streams.classify.learning.retrain import Comparison, Corrections
    from streams.classify.model.file import Model

_NOT_BETTER = 3
corrections_option = click.option(
    "--corrections", type=FILE, help='JSON lines `{"text", "category"}`; without it: the event record in Kafka.'
)
on_option = click.option("--on", "measuring_file", type=FILE, help="Labelled JSON lines to measure on; else the calibration texts.")


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:  # a container whose user has no name
        raise click.UsageError("--by: who promotes it? Nobody is logged in here") from error


by_option = click.option("--by", default=_login, help="Who promotes it, for the record; else who is logged in.")


@click.command()
@corrections_option
@on_option
@by_option
@data_option
@click.option("--out", type=OUT, help="Write the new model there too, for `shadow` and `promote`.")
@click.option("--dry-run", is_flag=True, help="Report only; promote nothing.")
def retrain(corrections: Path | None, measuring_file: Path | None, by: str, data: Path, out: Path | None, *, dry_run: bool) -> None:
    """Learn from corrections: what triage assigned, and superiors bindingly. Reports old against new by gates.

    Only a better model is promoted, as `petitions model promote` does. Exit code 3: not better, not promoted.
    """
    from streams.classify.learning.retrain import retrained
    from streams.classify.learning.train import TrainingUnavailableError

    directory = None if dry_run else _directory(data)
    texts = labelled(measuring_file)
    given = _corrections(corrections, data, texts)
    try:
        made = retrained(corpus.own(), given)
    except TrainingUnavailableError as error:
        raise click.ClickException(str(error)) from error
    if out:
        made.save(out)
    click.echo(f"corrections: {len(given.learnt)} learnt, {len(given.held_back)} held back")
    _judged(_compared(made, texts, given, data), directory, by, data, len(given.learnt))


@click.command()
@click.argument("file", type=FILE)
@corrections_option
@on_option
@by_option
@data_option
@click.option("--dry-run", is_flag=True, help="Ask the gates only.")
def promote(file: Path, corrections: Path | None, measuring_file: Path | None, by: str, data: Path, *, dry_run: bool) -> None:
    """Put the model FILE in the place of the present one, if the gates let it.

    Shown to be better by category, on corrections that it has not learnt or on the measuring texts, and shown to be worse nowhere: not in
    any voice, nor at seeing danger. The promotion is told on petitions.models; running classify stages take the model up within ten seconds
    from the setting MODEL_DIR (else the instance's own directory). Exit code 3: not promoted.
    """
    directory = None if dry_run else _directory(data)
    texts = labelled(measuring_file)
    _judged(_compared(candidate(file), texts, _corrections(corrections, data, texts), data), directory, by, data, None)


@click.command()
@data_option
@json_option
def history(data: Path, *, as_json: bool) -> None:
    """Who promoted which model, when, and what the gates found; the oldest first."""
    from streams.classify.learning import gates
    from streams.classify.learning.promotion import history as told

    with reaching_kafka():
        found = told(broker(data))
    for one in found:
        if as_json:
            click.echo(one.model_dump_json())
            continue
        click.echo(f"{one.at:%Y-%m-%d %H:%M:%S %Z}  {one.old} → {one.new}  by {one.by}")
        for line in gates.lines(one.gates):
            click.echo(f"  {line}")


def _directory(data: Path) -> Path:
    directory = models(data)
    if directory is None:
        raise click.ClickException("set MODEL_DIR, the directory for promoted models, or use --dry-run")
    return directory


def _corrections(file: Path | None, data: Path, texts: list[Labelled]) -> Corrections:
    """Without what measures, be it a file's or the project's own."""
    from streams.classify.learning.retrain import Corrections

    return Corrections.of(labelled(file) if file else recorded(data), [*texts, *corpus.own().calibration])


def _compared(made: Model, texts: list[Labelled], given: Corrections, data: Path) -> Comparison:
    from streams.classify.learning.retrain import compare

    return compare(in_use(newest(data)), in_use(made), texts, given.held_back)


def _judged(found: Comparison, directory: Path | None, by: str, data: Path, learnt: int | None) -> None:
    from streams.classify.learning.promotion import promoted, put_in_place, tell

    for line in found.lines():
        click.echo(line)
    if not found.better:
        click.echo("not better: the old model stays")
        raise SystemExit(_NOT_BETTER)
    if directory:
        now = datetime.now(UTC)
        event = promoted(found, by=by, at=now, learnt=learnt)
        with reaching_kafka():
            path = put_in_place(found.new, directory, now, lambda: tell(broker(data), event))
        click.echo(f"promoted: {path}")
