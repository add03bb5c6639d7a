"""`petitions export …`: writes the generated documents, or checks (`--check`) that the committed ones are up to date."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from schemas.publishing import asyncapi, json_schema, reference
from schemas.publishing.compatibility import breaks

Files = Mapping[str, str]
PUBLISHED = Path("schemas/published")
REFERENCE = Path("docs/reference")

check_option = click.option("--check", is_flag=True, help="Write nothing; exit 1 with the differences when a file is stale.")


def out_option(default: Path) -> Callable[[Any], Any]:
    return click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=default, show_default=True)


@click.group()
def export() -> None:
    """Write documents made from the catalogues: JSON Schema, AsyncAPI, reference pages."""


@export.command("json-schema")
@out_option(PUBLISHED)
@check_option
@click.option("--breaking", is_flag=True, help="Write although readers of the published schemas would break.")
def export_json_schema(out: Path, *, check: bool, breaking: bool) -> None:
    """One JSON Schema an event type. Refuses a schema that is not compatible with the one in the directory."""
    files = json_schema.files()
    found = incompatible(files, out)
    if found and not breaking:
        click.echo("\n".join(found), err=True)
        click.echo("Error: this would break readers; add a new version of the type instead (type_name(what, version))", err=True)
        raise SystemExit(1)
    publish(files, out, check=check)


@export.command("asyncapi")
@out_option(PUBLISHED)
@check_option
def export_asyncapi(out: Path, *, check: bool) -> None:
    """All topics, messages and operations as AsyncAPI 3.0."""
    publish(asyncapi.files(), out, check=check)


def page_command(name: str, render: Callable[[], str], help_: str, folder: Path = REFERENCE) -> click.Command:
    """A command that writes `<name>.md` into `folder`."""

    @click.command(name, help=help_)
    @out_option(folder)
    @check_option
    def command(out: Path, *, check: bool) -> None:
        publish({f"{name}.md": render()}, out, check=check)

    return command


@export.command("all")
@check_option
@click.pass_context
def export_all(context: click.Context, *, check: bool) -> None:
    """Everything that is generated, each in its place."""
    for command in list(export.commands.values()):
        if command is not export_all:
            context.invoke(
                command, check=check, out=_default_out(command), **({"breaking": False} if command is export_json_schema else {})
            )


def _default_out(command: click.Command) -> Path:
    return next(Path(str(option.default)) for option in command.params if option.name == "out")


export.add_command(page_command("topics", reference.topics, "Page of the topics."))
export.add_command(page_command("metrics", reference.metrics, "Page of the metrics."))
export.add_command(page_command("states", reference.states, "Page of states, events and actions."))


def publish(files: Files, out: Path, *, check: bool) -> None:
    """Write the files, or compare them with what is there: differences go to the terminal and end the command with 1."""
    if not check:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (out / name).write_text(text, encoding="utf-8")
        click.echo(f"{len(files)} written to {out}")
        return
    stale = [diff for name, text in files.items() if (diff := difference(out / name, text))]
    if stale:
        click.echo("\n".join(stale))
        click.echo(f"Error: {len(stale)} of {len(files)} files in {out} are stale; run the same command without --check", err=True)
        raise SystemExit(1)
    click.echo(f"{len(files)} files in {out} are up to date")


def difference(path: Path, text: str) -> str:
    """A unified diff from the file to `text`; empty when they are the same."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = difflib.unified_diff(before.splitlines(), text.splitlines(), str(path), "generated", lineterm="", n=2)
    return "\n".join(list(lines)[:60])


def incompatible(files: Files, published: Path) -> list[str]:
    """One line for each break of a published schema: a file that is gone, or what its readers could not bear."""
    found = []
    for path in sorted(published.glob("*.schema.json")):
        if path.name not in files:
            found.append(f"{path.name}: the event type was removed")
            continue
        old, new = json.loads(path.read_text(encoding="utf-8")), json.loads(files[path.name])
        found += [f"{path.name}: {one}" for one in breaks(old, new)]
    return found


commands: list[click.Command] = [export]
