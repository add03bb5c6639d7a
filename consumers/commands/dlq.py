"""`petitions dlq list|show|replay`: works on the broker itself, so also when everything else is down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schemas.commands.access import data_option, json_option
from schemas.commands.broker import broker_settings
from schemas.commands.failing import FAILED, UNREACHABLE, fail
from schemas.commands.tables import show as show_table
from schemas.platform.instants import local

if TYPE_CHECKING:
    from consumers.dead_letters.reading import Letter, Range


@click.group()
def dlq() -> None:
    """Dead letters: rejected input, with the reason."""


@dlq.command("list")
@click.option("--stage", help="Only letters of this stage: classify, case, projector, dispatcher.")
@click.option("--error", help="Only letters with this error class.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="Show the newest so many.")
@json_option
@data_option
def list_letters(*, stage: str | None, error: str | None, limit: int, as_json: bool, data: Path) -> None:
    """List dead letters, oldest first."""
    from consumers.dead_letters.reading import read

    with _reaching():
        wanted = [letter for letter in read(broker_settings(data)) if _fits(letter, stage, error)]
    found = sorted(wanted, key=lambda letter: letter.record.timestamp)[-limit:]
    if as_json:
        for letter in found:
            click.echo(json.dumps(_summary(letter), ensure_ascii=False))
        return
    rows = [tuple(str(cell) for cell in _summary(letter).values()) for letter in found]
    show_table(("place", "time", "stage", "from", "error", "reason"), [(*row[:5], row[5][:100]) for row in rows])
    if len(wanted) > len(found):
        click.echo(f"{len(wanted) - len(found)} older ones are not shown (--limit)", err=True)


@dlq.command("show")
@click.argument("place")
@data_option
def show_letter(*, place: str, data: Path) -> None:
    """Show the dead letter at PLACE (PARTITION:OFFSET) with its headers and value; what tells who somebody is, is masked."""
    from consumers.dead_letters.reading import read, shown
    from schemas.platform.masking import mask

    with _reaching():
        letter = next(read(broker_settings(data), [_range(place)]), None)
    if letter is None:
        fail(FAILED, f"there is no dead letter at {place}")
    whole = {
        **_summary(letter),
        "key": mask((letter.record.key or b"").decode(errors="backslashreplace")),
        "headers": {name: mask(value.decode(errors="backslashreplace")) for name, value in letter.record.headers},
        "value": shown(letter.record.value),
    }
    click.echo(json.dumps(whole, ensure_ascii=False, indent=2))


@dlq.command()
@click.argument("places", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@data_option
def replay(*, places: tuple[str, ...], dry_run: bool, data: Path) -> None:
    """Send dead letters back to where they came from, with their key, value and headers.

    PLACES are PARTITION:OFFSET or PARTITION:FIRST-LAST. The letters stay in the topic. Ends with 1 when one could not be
    sent back.
    """
    from consumers.dead_letters.reading import NotReplayable, Replay, read, target
    from schemas.commands.broker import open_value

    settings, failed, number = broker_settings(data), 0, 0
    with _reaching():
        sender = None if dry_run else Replay(settings, open_value(data))
        for letter in read(settings, [_range(place) for place in places]):
            number += 1
            try:
                topic = target(letter)[0] if sender is None else sender.send(letter)
            except (NotReplayable, ValueError) as error:
                failed += 1
                click.echo(f"{letter.place}  not sent back: {error}", err=True)
                continue
            click.echo(f"{letter.place}  {'would go' if dry_run else 'sent back'} to {topic}")
        if sender:
            sender.close()
    if not number:
        fail(FAILED, "there is no dead letter at " + ", ".join(places))
    if failed:
        raise SystemExit(FAILED)


def _summary(letter: Letter) -> dict[str, Any]:
    from schemas.platform.masking import mask

    reason = letter.reason
    time = datetime.fromtimestamp(letter.record.timestamp / 1000, UTC).isoformat(timespec="milliseconds")
    return {
        "place": letter.place,
        "time": local(time),
        "stage": reason.stage if reason else "?",
        "from": f"{reason.topic} {reason.partition}:{reason.offset}" if reason else "?",
        "error": reason.error if reason else "?",
        "reason": mask(reason.message) if reason else "?",
    }


def _fits(letter: Letter, stage: str | None, error: str | None) -> bool:
    reason = letter.reason
    return (stage is None or (reason is not None and reason.stage == stage)) and (
        error is None or (reason is not None and reason.error == error)
    )


def _range(place: str) -> Range:
    from consumers.dead_letters.reading import Range

    try:
        return Range.parse(place)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


@contextmanager
def _reaching() -> Iterator[None]:
    from kafka.errors import KafkaError

    try:
        yield
    except KafkaError as error:
        fail(UNREACHABLE, f"Kafka does not answer: {type(error).__name__}")
