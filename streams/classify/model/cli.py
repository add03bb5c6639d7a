"""`petitions model train|evaluate|retrain`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from streams.classify.model import corpus
from streams.classify.model.file import OWN

_PACKAGE = Path(__file__).resolve().parent.parent
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
    from streams.classify.model import train as training

    try:
        made = training.train(corpus.own())
    except (training.TrainingUnavailableError, corpus.BadCorpusError) as error:
        raise click.ClickException(str(error)) from error
    made.save(out)
    click.echo(f"{made.version}: {len(made.terms)} terms, {len(made.content)} bytes, {made.trained}")


@model.command()
@click.argument("file", type=_FILE, required=False)
@click.option("--card", type=_OUT, help="Also write the model card (Markdown) here.")
@click.option("--mistakes", is_flag=True, help="Also list each mistake.")
@json_option
def evaluate(file: Path | None, card: Path | None, *, mistakes: bool, as_json: bool) -> None:
    """Measure the model in use on FILE, JSON lines `{"text", "category", "style"?, "urgent"?, "also"?}`.

    Without FILE: on the project's calibration texts.
    """
    from streams.classify.build import classifier
    from streams.classify.model.evaluate import evaluate as measure
    from streams.classify.model.evaluate import lines

    try:
        rows = corpus.read_jsonl(file) if file else list(corpus.own().calibration)
        ready = classifier()
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    found = measure(ready, rows)
    if card:
        from streams.classify.model.card import write_card

        write_card(card, ready, found, file)
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False))
        return
    for line in lines(found):
        click.echo(line)
    if mistakes:
        for one in found.mistakes:
            click.echo(json.dumps(one, ensure_ascii=False))
