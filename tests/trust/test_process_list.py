"""Fault 15: keys, tokens and telephone numbers in the process list, which every local user can read."""

from __future__ import annotations

import click
import pytest

from consumers.commands.cli import commands as consuming
from producers.commands.cli import commands as producing


@pytest.mark.parametrize("command", [*producing, *consuming], ids=lambda command: str(command.name))
def test_no_option_takes_a_secret_or_a_person(command: click.Command) -> None:
    """They come from files, standard input or the environment."""
    options = [option for option in command.params if isinstance(option, click.Option)]
    plain = {name for option in options if not isinstance(option.type, click.File | click.Path) for name in option.opts}

    assert plain.isdisjoint({"--key", "--token", "--secret", "--contact", "--contact-name", "--contact-phone", "--contact-email"})
