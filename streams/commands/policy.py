"""`petitions policy …`: check, show and apply the rules of time."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from schemas.commands.access import data_option
from schemas.commands.broker import broker_settings
from streams.case.policy.load import DEFAULT_FILE, BadPolicy, Loaded, load

if TYPE_CHECKING:
    from schemas.platform.kafka import KafkaSettings


@click.group()
def policy() -> None:
    """The rules of time: limits, ladders, pauses, calendars."""


@policy.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def check(file: Path) -> None:
    """Check a policy FILE and the override files that it names; every mistake on its own line, with its place."""
    loaded = _load(file)
    click.echo(f"{file}: version {loaded.file.version}, no mistakes")


@policy.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--json", "as_json", is_flag=True, help="The whole policy as JSON.")
def show(file: Path | None, *, as_json: bool) -> None:
    """Show a policy FILE (without one: what is in force by POLICY_DIR, or the shipped default)."""
    loaded = _load(file or _in_force())
    if as_json:
        click.echo(orjson.dumps(loaded.file.model_dump(mode="json"), option=orjson.OPT_INDENT_2).decode())
        return
    _show(loaded)


@policy.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--dir",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="POLICY_DIR",
    required=True,
    help="The stage's policy directory (default: POLICY_DIR).",
)
@click.option("--recompute", is_flag=True, help="Put the open cases under the new version, too: an event on each says so.")
@click.option("--reason", default="", help="With --recompute: why, for the record.")
@data_option
def apply(file: Path, directory: Path, *, recompute: bool, reason: str, data: Path) -> None:
    """Put FILE in force for new cases; the version before stays beside it for the cases that began under it."""
    if recompute and len(reason) < 3:
        raise click.UsageError("--recompute needs --reason: it stands in the record of every case")
    loaded = _load(file)
    _install(file, loaded, directory)
    click.echo(f"version {loaded.file.version} is in force for new cases (within a second, without a restart)")
    if recompute:
        _recompute(broker_settings(data), loaded.file.version, reason)


@policy.command()
def page() -> None:
    """Print docs/case.md: states, clocks, rules."""
    from streams.case.page import page as text

    click.echo(text(), nl=False)


def _load(file: Path) -> Loaded:
    try:
        return load(file)
    except BadPolicy as error:
        for mistake in error.mistakes:
            click.echo(str(mistake), err=True)
        sys.exit(1)


def _in_force() -> Path:
    directory = os.environ.get("POLICY_DIR")
    return Path(directory) / "current.toml" if directory else DEFAULT_FILE


def _show(loaded: Loaded) -> None:
    file = loaded.file
    unsure = set(file.to_be_confirmed)

    def line(place: str, text: str) -> None:
        mark = "  (to be confirmed)" if any(place == name or place.startswith(name + ".") for name in unsure) else ""
        click.echo(f"  {place:<26} {text}{mark}")

    click.echo(f"version {file.version}")
    for level, part in file.levels.items():
        for name in ("calendar", "accept", "answer"):
            line(f"levels.{level.value}.{name}", str(getattr(part, name)))
    for limit in file.limits:
        line(f"limits.{limit.category}.{limit.level.value}", f"accept {limit.accept or '-'}, answer {limit.answer or '-'}")
    for step in file.ladders.default:
        line("ladders.default", f"{step.at}: {step.do}{f' to {step.to}' if step.to else ''}")
    line("pause", f"at most {file.pause.at_most}, each at most {file.pause.longest}")
    line("extension", f"at most {file.extension.at_most}, by {file.extension.share:.0%} of the limit")
    line("promise", f"at most {file.promise.at_most}, at most {file.promise.farthest} ahead")
    line("rating", f"within {file.rating.window}")
    line("reopen", f"at most {file.reopen.at_most}, within {file.reopen.window}")
    line("transfer", f"{file.transfer.at_most}, then the common superior decides")


def _install(file: Path, loaded: Loaded, directory: Path) -> None:
    """Archive the version in force under its own name, then replace it in one rename, so that no reader sees half a file."""
    directory.mkdir(parents=True, exist_ok=True)
    current = directory / "current.toml"
    for name in loaded.override_names:
        if (file.parent / name).resolve() != (directory / name).resolve():
            _replace(file.parent / name, directory / name)
    if current.exists():
        before = _load(current).file.version
        if before == loaded.file.version:
            return
        _replace(current, directory / f"{before}.toml")
    elif loaded.file.version != _load(DEFAULT_FILE).file.version:
        _archive_default(directory)
    _replace(file, current)


def _archive_default(directory: Path) -> None:
    """Cases may have begun under the shipped default before there was a directory."""
    default = load(DEFAULT_FILE)
    for name in default.override_names:
        if not (directory / name).exists():
            _replace(DEFAULT_FILE.parent / name, directory / name)
    _replace(DEFAULT_FILE, directory / f"{default.file.version}.toml")


def _replace(source: Path, target: Path) -> None:
    waiting = target.with_suffix(".new")
    shutil.copyfile(source, waiting)
    waiting.replace(target)


def _recompute(kafka: KafkaSettings, version: str, reason: str) -> None:
    from rich.progress import Progress

    from streams.commands.recompute import NotReachable, open_cases, publish

    try:
        cases = open_cases(kafka)
        with Progress(transient=True) as bar:
            task = bar.add_task("cases", total=len(cases))
            asked = publish(kafka, cases, version, reason, lambda: bar.advance(task))
    except NotReachable as error:
        click.echo(f"petitions: {error}", err=True)
        sys.exit(3)
    click.echo(f"{asked} of {len(cases)} open cases asked to follow version {version}")


commands = [policy]
