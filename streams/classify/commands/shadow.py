"""`petitions model shadow`: a candidate beside the model in use, on live petitions."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path

import click

from streams.classify.commands.given import FILE, broker, candidate, data_option, in_use, json_option, reaching_kafka

_PROGRESS_S = 5.0


@click.command()
@click.argument("file", type=FILE)
@click.option("--for", "minutes", type=click.FloatRange(0, min_open=True), default=10.0, show_default=True, help="Minutes, at most.")
@click.option("--count", type=click.IntRange(1), default=100_000, show_default=True, help="Petitions, at most.")
@click.option("--examples", type=click.IntRange(0, 1000), default=10, show_default=True, help="Shown of each kind of difference.")
@click.option("--from-beginning", "beginning", is_flag=True, help="From the oldest petition that petitions.classified keeps, not from now.")
@data_option
@json_option
def shadow(file: Path, minutes: float, count: int, examples: int, data: Path, *, beginning: bool, as_json: bool) -> None:
    """Let the candidate model FILE read along with the classify stage, and show where the two differ.

    Reads petitions.classified as an onlooker: no case and no other reader notices. Ends by --for, --count or Ctrl-C, with the report.
    """
    from streams.classify.learning import live
    from streams.classify.learning.shadow import Shadow, lines

    ready = in_use(candidate(file))
    compared = Shadow(ready.classify_texts, examples=examples)
    told = time.monotonic()
    with reaching_kafka(), suppress(KeyboardInterrupt):
        for batch in live.classified(broker(data), minutes * 60, count, beginning=beginning):
            compared.add(batch)
            if time.monotonic() - told >= _PROGRESS_S:
                told = time.monotonic()
                click.echo(f"{compared.compared} petitions compared, {compared.differing} differ", err=True)
    found = compared.report(ready.version)
    for line in [json.dumps(found, ensure_ascii=False)] if as_json else lines(found):
        click.echo(line)
