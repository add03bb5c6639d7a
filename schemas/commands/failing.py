"""How a command ends when it could not do its work: one line for people, an exit code for scripts."""

from __future__ import annotations

from typing import NoReturn

import click

FAILED, USAGE, UNREACHABLE = 1, 2, 3
"""Refused or gone wrong; called wrongly; a service is not reachable, trying again later may help."""


def fail(code: int, message: str) -> NoReturn:
    """End the command with `code`."""
    click.echo(f"Error: {message}", err=True)
    raise SystemExit(code)
