"""`petitions persons`: who may sign in, by command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from deploy.identity.persons import persons as command
from tests.trust.service import PASSWORD

Ask = Callable[..., Result]


@pytest.fixture
def ask(database_url: Callable[[], str], tmp_path: Path) -> Ask:
    """Call the command on a fresh database; `given`: its standard input."""
    url = database_url()

    def called(*arguments: str, given: str = "") -> Any:
        return CliRunner(env={"DATABASE_URL": url}).invoke(command, [*arguments, "--data", str(tmp_path)], input=given)

    return called


def test_commands_add_list_disable_and_change(ask: Ask) -> None:
    """The password comes by standard input, never as an argument, which others on the machine would see."""
    added = ask("add", "Chi-Lan", "officer@so-xd", "--name", "Chị Lan", given=f"{PASSWORD}\n")
    again = ask("add", "chi-lan", "auditor", "--name", "Chị Lan", given=f"{PASSWORD}\n")
    ask("role", "chi-lan", "head@so-ct", "operator")
    ask("role", "chi-lan", "officer@so-xd", "--withdraw")
    ask("disable", "chi-lan")
    (found,) = [one for one in json.loads(ask("list", "--json").stdout) if one["login"] == "chi-lan"]

    assert found["id"] == added.stdout.strip()
    assert found["posts"] == [{"duty": "head", "office": "so-ct"}, {"duty": "operator", "office": None}]
    assert found["disabled"] is True
    assert "already" in str(again.exception)
    assert "nobody has the login" in str(ask("disable", "ai-do").exception)


@pytest.mark.parametrize(
    ("arguments", "given", "said"),
    [
        (("add", "x", "officer", "--name", "X"), PASSWORD, "officer needs one of the offices"),
        (("add", "x", "triage@so-xd", "--name", "X"), PASSWORD, "triage is a duty at tt-pvhcc alone"),
        (("add", "x", "administrator", "--name", "X"), PASSWORD, "no duty of a person"),
        (("add", "x", "auditor", "--name", "X"), "short", "12 to 200 characters"),
        (("password", "x"), "", "12 to 200 characters"),
    ],
)
def test_wrong_usage_is_named(tmp_path: Path, arguments: tuple[str, ...], given: str, said: str) -> None:
    """Before anything is written."""
    found = CliRunner(env={"DATABASE_URL": "postgresql://nowhere"}).invoke(command, [*arguments, "--data", str(tmp_path)], input=given)

    assert found.exit_code == 2
    assert said in found.output
