"""The command line: what it imports, what it answers, with which exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy import cli
from deploy.one_machine.runner.plan import process_names
from deploy.roles import BY_NAME, CONSUMERS, STAGES

ROOT = Path(__file__).parent.parent.parent


def _petitions(*arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "deploy.cli", *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(argv, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)


def test_every_command_of_the_table_exists() -> None:
    """Each command that the table names can be imported and has a help text."""
    for name in cli.OWN:
        shown = CliRunner().invoke(cli.petitions, [name, "--help"])

        assert shown.exit_code == 0, name


def test_a_group_whose_module_is_broken_is_not_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A module that does not exist is skipped; one that cannot be imported is an error."""
    (tmp_path / "broken_group.py").write_text("import a_module_that_is_missing\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(cli, "GROUPS", ("no_such_group",))
    assert CliRunner().invoke(cli.petitions, ["--help"]).exit_code == 0
    monkeypatch.setattr(cli, "GROUPS", ("broken_group",))

    assert isinstance(CliRunner().invoke(cli.petitions, ["--help"]).exception, ModuleNotFoundError)


def test_wrong_usage_and_failure_have_their_exit_codes(tmp_path: Path) -> None:
    """2 for a role that there is not, 1 for an instance that never was, each with one clear line."""
    unknown, never = _petitions("run", "nothing"), _petitions("ps", "--data", str(tmp_path))

    assert unknown.returncode == 2
    assert never.returncode == 1
    assert never.stderr.startswith("petitions: nothing was ever started in")
    assert "Traceback" not in never.stderr


def test_missing_settings_are_named_without_values() -> None:
    """A role started without its settings says which are missing and exits with 2."""
    result = _petitions("run", "migrate")

    assert result.returncode == 2
    assert "DATABASE_URL" in result.stderr


def test_the_runner_starts_every_role_that_can_run_alone() -> None:
    """The plan of one machine and the roles of `petitions run` are the same set."""
    planned = {name.rpartition("-")[0] or name for name in process_names(2, chained=False)}

    assert planned | {"migrate"} == set(BY_NAME)
    assert process_names(2, chained=False)[:4] == [f"{stage}-{number}" for stage in STAGES for number in (1, 2)]
    assert set(CONSUMERS) < planned
    assert process_names(1)[0] == "case-1"
