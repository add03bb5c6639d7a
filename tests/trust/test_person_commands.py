"""`petitions persons`: who may sign in, by command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from deploy.identity.persons import persons as command
from schemas.authority import Duty, Post
from schemas.events import phones
from schemas.identity import persons
from tests.trust.service import PASSWORD

Ask = Callable[..., Result]
ASKED = (((), ""), (("--number",), "+84 912 345 678\n"))


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


def test_who_has_searched_by_a_number_is_shown(database_url: Callable[[], str], tmp_path: Path) -> None:
    """All searches of some days, or those for one number, which is read from standard input."""
    url, secret = database_url(), "s" * 32
    runner = CliRunner(env={"DATABASE_URL": url, "TRACKING_SECRET": secret})
    with psycopg.connect(url, autocommit=True) as table:
        id_ = persons.add(table, "goi", "Chị Gọi", [Post(Duty.HOTLINE)], password=PASSWORD)
        for phone, found in ((phones.mark(secret.encode(), "0912345678"), 2), (None, 0)):
            table.execute("insert into number_search (person_id, phone, found) values (%s, %s, %s)", (id_, phone, found))
    told = [runner.invoke(command, ["searches", "--json", *more, "--data", str(tmp_path)], input=given) for more, given in ASKED]
    every, (one,) = (json.loads(answer.stdout) for answer in told)

    assert [(row["login"], row["found"]) for row in every] == [("goi", 0), ("goi", 2)]
    assert (one["found"], one["known"]) == (2, True)


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
