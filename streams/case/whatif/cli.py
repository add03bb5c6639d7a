"""`petitions whatif`: the record under another policy."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn

import click

from schemas.commands.broker import broker_settings
from schemas.platform.clock import HANOI, to_ms

if TYPE_CHECKING:
    from streams.case.policy.book import Book
    from streams.case.policy.compiled import Policy
    from streams.case.whatif.study import Study

_FAILED, _UNREACHABLE = 1, 3
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Instant(click.ParamType):
    """ISO 8601; without a zone it is Hanoi's time. Converts to ms UTC."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no ISO 8601 time such as 2026-01-05 or 2026-01-05T08:00", param, ctx)
        return to_ms(moment if moment.tzinfo else moment.replace(tzinfo=HANOI))


@click.command(short_help="Show what would have been under another policy.")
@click.option("--policy", "policy_file", type=_FILE, required=True, help="The policy to try.")
@click.option(
    "--policies",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="POLICY_DIR",
    help="Directory with the policies under which the record came about (default: POLICY_DIR, else the shipped one).",
)
@click.option("--record", type=_FILE, help="An export (one CloudEvent in JSON a line) in place of Kafka.")
@click.option("--save", type=click.File("wb"), help="Write what is read from Kafka to FILE, for --record.")
@click.option("--from", "first", type=Instant(), help="Only petitions registered from then on.")
@click.option("--to", "last", type=Instant(), help="Only petitions registered before then.")
@click.option("--until", type=Instant(), help="Let time pass until then (default: the record's last event).")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), default=".data", show_default=True, envvar="PETITIONS_DATA",
              help="The runner's directory, to find its broker; KAFKA_BOOTSTRAP_SERVERS goes before it.")  # fmt: skip
@click.option("--verbose", is_flag=True, help="List each petition for which something would have been different.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def whatif(
    *,
    policy_file: Path,
    policies: Path | None,
    record: Path | None,
    save: IO[bytes] | None,
    first: int | None,
    last: int | None,
    until: int | None,
    data: Path,
    verbose: bool,
    as_json: bool,
) -> None:
    """Replay the record of all petitions under another policy and show what would have changed: deadlines missed, escalations by rung,
    load by office. Nothing is written anywhere; what a replay cannot know is said at the end.
    """
    from streams.case.whatif.report import report, text
    from streams.case.whatif.study import Study, Window

    gc.disable()  # a short life, no cycles, and a million small objects to look through for nothing
    study = Study(_book(policies), _policy(policy_file), Window(first, last))
    with _understood():
        _read(study, record, save, data)
        study.finish(until)
    found = report(study, cases=verbose)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for line in text(found):
        click.echo(line)


def _read(study: Study, record: Path | None, save: IO[bytes] | None, data: Path) -> None:
    from schemas.commands.broker import open_value
    from streams.case.whatif.sources import NotReachable, from_file, from_kafka

    if record is not None:
        for event in from_file(record):
            study.feed(event)
        return
    from rich.console import Console
    from rich.progress import Progress

    try:
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("reading the record", total=None)
            bad = from_kafka(
                broker_settings(data),
                study.feed,
                save=save,
                progress=lambda at, end: bar.update(task, completed=at, total=end),
                open_value=open_value(data),
            )
    except NotReachable as error:
        _end(_UNREACHABLE, str(error))
    if bad:
        click.echo(f"{bad} records are no events of a case and were left out", err=True)


@contextmanager
def _understood() -> Iterator[None]:
    """What is wrong with a record is said in one line."""
    from schemas.events.wire import NotAnEvent
    from streams.case.time.calendar import OutsideCalendar

    try:
        yield
    except (NotAnEvent, OutsideCalendar, OSError) as error:
        _end(_FAILED, f"the record cannot be replayed: {error}")


def _policy(path: Path) -> Policy:
    from streams.case.policy.load import BadPolicy, load

    try:
        return load(path).policy
    except BadPolicy as error:
        _end(_FAILED, "\n".join(map(str, error.mistakes)))


def _book(directory: Path | None) -> Book:
    """The policies of the directory, the shipped one with them: cases may have begun before there was a directory."""
    from streams.case.policy.book import Book
    from streams.case.policy.directory import PolicyDirectory
    from streams.case.policy.load import DEFAULT_FILE, BadPolicy, load

    shipped = load(DEFAULT_FILE).policy
    if directory is None:
        return Book.of(shipped)
    try:
        found = PolicyDirectory(directory).book()
    except BadPolicy as error:
        _end(_FAILED, "\n".join(map(str, error.mistakes)))
    return Book(found.current, {shipped.version: shipped, **found.versions})


def _end(code: int, message: str) -> NoReturn:
    click.echo(f"petitions: {message}", err=True)
    sys.exit(code)


commands: list[click.Command] = [whatif]
