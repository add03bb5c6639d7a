"""Commands: `petitions classify`, `petitions model train|evaluate|retrain`."""

from __future__ import annotations

import gc
import sys
from typing import BinaryIO

import click

from streams.classify.build import UNUSABLE, classifier
from streams.classify.commands.lines import classify_lines
from streams.classify.commands.model import model


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
def classify(file: BinaryIO) -> None:
    """Classify JSON lines `{"id", "text", "lat"?, "long"?}` from FILE or standard input; JSON lines come out, in order.

    A line that cannot be read gives `{"line", "error"}`, and the exit code is 1 at the end.
    """
    try:
        ready = classifier()
    except UNUSABLE as error:
        raise click.ClickException(str(error)) from error
    gc.freeze()  # the model stays: the collector need not walk it again and again
    bad = 0
    for good, line in classify_lines(ready, file):
        bad += not good
        sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
    if bad:
        click.echo(f"{bad} lines could not be read", err=True)
        sys.exit(1)


commands: list[click.Command] = [classify, model]
