"""What the commands about models are given: files, the classifier in use, the event record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from streams.classify.learning import corpus

if TYPE_CHECKING:
    from schemas.platform.settings import ProcessSettings
    from streams.classify.classifier import Classifier
    from streams.classify.learning.corpus import Labelled
    from streams.classify.model.file import Model

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)
json_option = click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".data"),
    show_default=True,
    help="The instance whose Kafka is meant, unless KAFKA_BOOTSTRAP_SERVERS names one.",
)


def broker(data: Path) -> ProcessSettings:
    """Which Kafka a command means."""
    from schemas.commands.broker import broker_settings

    return broker_settings(data)


@contextmanager
def reaching_kafka() -> Iterator[None]:
    """A record that cannot be read, or written, is an error in words."""
    from kafka.errors import KafkaError

    from streams.classify.learning.record import RecordUnavailableError

    try:
        yield
    except (KafkaError, RecordUnavailableError) as error:
        raise click.ClickException(f"Kafka: {error}") from error


def recorded(data: Path) -> list[Labelled]:
    """What people corrected, by the event record."""
    from schemas.commands.broker import open_value
    from streams.classify.learning.record import corrections

    with reaching_kafka():
        return corrections(broker(data), open_value=open_value(data))


def labelled(file: Path | None) -> list[Labelled]:
    """Of a file of JSON lines, or else the project's calibration texts."""
    try:
        return corpus.read_jsonl(file) if file else list(corpus.own().calibration)
    except (corpus.BadCorpusError, OSError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from error


def in_use(model: Model | None = None) -> Classifier:
    """The classifier of the environment's settings, with its own model or another."""
    from streams.classify.build import UNUSABLE, classifier

    try:
        return classifier(model=model)
    except UNUSABLE as error:
        raise click.ClickException(str(error)) from error


def models(data: Path) -> Path | None:
    """Where promoted models lie: by the setting MODEL_DIR, else in the instance's own directory; None where there is no instance."""
    from streams.classify.settings import classify_settings

    own = data / "models" if (data / "state.json").exists() else None
    return classify_settings().model_dir or own


def newest(data: Path) -> Model:
    """The model that the instance classifies with."""
    from streams.classify.model import file

    try:
        return file.newest(models(data))
    except (file.BadModelError, OSError) as error:
        raise click.ClickException(str(error)) from error


def candidate(path: Path) -> Model:
    """The model in a file."""
    from streams.classify.model.file import BadModelError, read

    try:
        return read(path)
    except (BadModelError, OSError) as error:
        raise click.ClickException(f"{path}: {error}") from error
