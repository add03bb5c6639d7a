"""`petitions model train|evaluate|card`, and the group of all that is done with models."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from streams.classify.commands.given import FILE, OUT, in_use, json_option, labelled
from streams.classify.commands.promotion import history, promote, retrain
from streams.classify.commands.shadow import shadow
from streams.classify.learning import corpus
from streams.classify.model.file import OWN

_PACKAGE = Path(__file__).resolve().parent.parent / "model"


@click.group()
def model() -> None:
    """The text model: train it, measure it, learn from corrections, try a candidate on live petitions, promote it."""


@model.command()
@click.option("--out", type=OUT, default=_PACKAGE / OWN, help="Where to write the model; the project's own file by default.")
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
@click.argument("file", type=FILE, required=False)
@click.option("--mistakes", is_flag=True, help="Also list each mistake.")
@json_option
def evaluate(file: Path | None, *, mistakes: bool, as_json: bool) -> None:
    """Measure the model in use on FILE, JSON lines `{"text", "category", "style"?, "urgent"?, "also"?}`.

    Without FILE: on the project's calibration texts.
    """
    from streams.classify.learning import evaluate as measuring

    found = measuring.evaluate(in_use(), labelled(file))
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False))
        return
    for line in measuring.lines(found):
        click.echo(line)
    for one in found.mistakes if mistakes else ():
        click.echo(json.dumps(one, ensure_ascii=False))


@model.command()
@click.argument("files", type=FILE, nargs=-1)
@click.option("--out", type=OUT, default=Path("docs/model-card.md"), show_default=True)
def card(files: Sequence[Path], out: Path) -> None:
    """Write the model card: what the model in use is, what it reaches on texts held back and on FILES, and which goals it misses."""
    from streams.classify.learning import evaluate as measuring
    from streams.classify.learning.card import card as written
    from streams.classify.learning.card import held_back, measured

    ready, texts = in_use(), corpus.own()
    parts = held_back(texts, lambda rows: measuring.evaluate(ready, rows))
    parts += [measured(f"`{file.name}`", measuring.evaluate(ready, labelled(file))) for file in files]
    out.write_text(written(ready.model, texts, parts), encoding="utf-8")
    click.echo(f"{out}: {ready.version}")


for command in (retrain, promote, history, shadow):
    model.add_command(command)
