"""The command `petitions`. Commands are imported when they are asked for, so that each starts fast."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator

import click

from deploy.errors import Failed
from schemas.commands.failing import FAILED

OWN = {
    "up": "deploy.one_machine.commands:up",
    "ps": "deploy.one_machine.commands:ps",
    "run": "deploy.one_machine.commands:run",
    "topics": "deploy.cluster.command:topics",
    "doctor": "deploy.cluster.doctor.command:doctor",
    "backup": "deploy.cluster.backup.command:backup",
    "restore": "deploy.cluster.backup.command:restore",
    "rebuild": "deploy.cluster.rebuild.command:rebuild",
    "forget": "deploy.cluster.forget.command:forget",
    "erasures": "deploy.cluster.backup.command:list_erasures",
    "audit": "deploy.cluster.audit.command:audit",
    "tokens": "deploy.identity.tokens:tokens",
    "persons": "deploy.identity.persons:persons",
    "webhooks": "deploy.notices.webhooks:webhooks",
    "deliveries": "deploy.notices.deliveries:deliveries",
    "open-data": "deploy.publishing.open_data:open_data",
    "export": "deploy.publishing.export:export",
    "targets": "deploy.observe.prometheus.targets:targets",
    "secrets": "deploy.cluster.compose.secrets:make_secrets",
    "classify": "streams.classify.commands.classify:classify",
    "model": "streams.classify.commands.model:model",
    "routing": "streams.classify.commands.routing:routing",
    "locate": "streams.classify.commands.routing:locate",
    "simulate": "deploy.simulate.command:simulate",
    "whatif": "streams.case.whatif.cli:whatif",
}
"""Command → module:attribute."""

GROUPS = ("producers.commands.cli", "consumers.commands.cli", "streams.commands.cli", "schemas.publishing.export")
"""Modules with a list `commands` of click commands."""


class Lazy(click.Group):
    """Looks for a command in the table first, then in the groups' modules."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted({*OWN, *(name for command in _groups() if (name := command.name))})

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name in OWN:
            module, _, attribute = OWN[name].partition(":")
            found: click.Command = getattr(importlib.import_module(module), attribute)
            return found
        return next((command for command in _groups() if command.name == name), None)


def _groups() -> Iterator[click.Command]:
    for module in GROUPS:
        try:
            found = importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
            continue
        yield from found.commands


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="hanoi-petitions", prog_name="petitions")
def petitions() -> None:
    """Hanoi's petitions: every petition answered in real time, owned by one office, followed to the end.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a service is not reachable.
    """


def main() -> None:
    """Run the command line; a failure that is explained ends it with its exit code and one line."""
    try:
        petitions.main(prog_name="petitions", standalone_mode=True)
    except Failed as error:
        click.echo(f"petitions: {error}", err=True)
        sys.exit(getattr(error, "exit_code", FAILED))


if __name__ == "__main__":
    main()
