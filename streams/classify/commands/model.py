"""`petitions model train|evaluate|card|retrain`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from streams.classify.learning import corpus
from streams.classify.model.file import OWN

if TYPE_CHECKING:
    from streams.classify.classifier import Classifier
    from streams.classify.learning.corpus import Labelled
    from streams.classify.model.file import Model

_PACKAGE = Path(__file__).resolve().parent.parent / "model"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)
json_option = click.option("--json", "as_json", is_flag=True, help="Machine-readable.")


@click.group()
def model() -> None:
    """The text model: train it, measure it, learn from corrections."""


@model.command()
@click.option("--out", type=_OUT, default=_PACKAGE / OWN, help="Where to write the model; the project's own file by default.")
def train(out: Path) -> None:
    """Train on the project's own texts. Repeatable: the same texts give the same bytes. Needs scikit-learn."""
    from streams.classify.learning import train as training

    try:
        made = training.train(corpus.own())
    except (training.TrainingUnavailableError, corpus.BadCorpusError) as error:
        raise click.ClickException(str(error)) from error
    made.save(out)
    click.echo(f"{made.version}: {len(made.terms)} terms, {len(made.content)} bytes, {made.trained}")


@model.command()
@click.argument("file", type=_FILE, required=False)
@click.option("--mistakes", is_flag=True, help="Also list each mistake.")
@json_option
def evaluate(file: Path | None, *, mistakes: bool, as_json: bool) -> None:
    """Measure the model in use on FILE, JSON lines `{"text", "category", "style"?, "urgent"?, "also"?}`.

    Without FILE: on the project's calibration texts.
    """
    from streams.classify.learning import evaluate as measuring

    found = measuring.evaluate(_classifier(), _labelled(file))
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False))
        return
    for line in measuring.lines(found):
        click.echo(line)
    for one in found.mistakes if mistakes else ():
        click.echo(json.dumps(one, ensure_ascii=False))


@model.command()
@click.argument("files", type=_FILE, nargs=-1)
@click.option("--out", type=_OUT, default=Path("docs/model-card.md"), show_default=True)
def card(files: Sequence[Path], out: Path) -> None:
    """Write the model card: what the model in use is, and what it reaches on the calibration texts and on FILES."""
    from streams.classify.learning import evaluate as measuring
    from streams.classify.learning.card import Measured
    from streams.classify.learning.card import card as written

    ready, texts = _classifier(), corpus.own()
    measured = [Measured("the calibration texts", measuring.evaluate(ready, texts.calibration))]
    measured += [Measured(f"`{file.name}`", measuring.evaluate(ready, _labelled(file))) for file in files]
    out.write_text(written(ready.model, texts, measured), encoding="utf-8")
    click.echo(f"{out}: {ready.version}")


@model.command()
@click.option("--corrections", type=_FILE, help='JSON lines `{"text", "category"}`; without it: the event record in Kafka.')
@click.option("--on", "measuring_file", type=_FILE, help="Labelled JSON lines to measure on; else the calibration texts.")
@click.option("--dry-run", is_flag=True, help="Report only; promote nothing.")
def retrain(corrections: Path | None, measuring_file: Path | None, *, dry_run: bool) -> None:
    """Learn from corrections: what triage assigned, and superiors bindingly. Reports old against new.

    Only a better model is promoted: written into the directory of the setting MODEL_DIR, whose newest model the classify stage takes
    up when it starts. Exit code 3: the new model is not better and was not promoted.
    """
    from streams.classify.build import classifier
    from streams.classify.learning import retrain as learning
    from streams.classify.learning.train import TrainingUnavailableError
    from streams.classify.settings import classify_settings

    directory = classify_settings().model_dir
    if directory is None and not dry_run:
        raise click.ClickException("set MODEL_DIR, the directory for promoted models, or use --dry-run")
    labels = _labelled(corrections) if corrections else _recorded()

    def build(made: Model) -> Classifier:
        return classifier(model=made)

    try:
        found = learning.retrain(_classifier(), build, corpus.own(), labels, _labelled(measuring_file))
    except TrainingUnavailableError as error:
        raise click.ClickException(str(error)) from error
    for line in found.lines():
        click.echo(line)
    if not found.better:
        click.echo("not better: the old model stays")
        raise SystemExit(3)
    if directory and not dry_run:
        click.echo(f"promoted: {learning.promote(found.model, directory)}")


def _recorded() -> list[Labelled]:
    from kafka.errors import KafkaError

    from schemas.commands.broker import open_value
    from schemas.platform.kafka import KafkaSettings
    from streams.classify.learning.record import RecordUnavailableError
    from streams.classify.learning.record import corrections as read

    try:
        return read(KafkaSettings(), open_value=open_value(Path(".data")))
    except (KafkaError, RecordUnavailableError) as error:
        raise click.ClickException(f"the event record cannot be read: {error}") from error


def _labelled(file: Path | None) -> list[Labelled]:
    try:
        return corpus.read_jsonl(file) if file else list(corpus.own().calibration)
    except (corpus.BadCorpusError, OSError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from error


def _classifier() -> Classifier:
    from streams.classify.build import UNUSABLE, classifier

    try:
        return classifier()
    except UNUSABLE as error:
        raise click.ClickException(str(error)) from error
