"""The alert rules: valid, tested both ways, explained, and built on figures that exist."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.observe.promql import mistakes

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy/observe/prometheus/alerts.yaml"
GROUPS = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
ALERTS = {rule["alert"]: rule for group in GROUPS for rule in group["rules"]}
TESTS = sorted((ROOT / "tests/observe/rules").glob("*.yaml"))


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which("promtool")
    if program is None and not os.environ.get("CI"):
        pytest.skip("promtool is missing: install the Debian package prometheus")
    assert program, "promtool is missing: install the Debian package prometheus"
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)


def test_rules_are_valid() -> None:
    """Prometheus accepts the rule file."""
    done = promtool("check", "rules", RULES)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", TESTS, ids=lambda path: path.stem)
def test_rules_fire_and_keep_quiet(file: Path) -> None:
    """Each group's alerts fire when they should and keep quiet when they should."""
    done = promtool("test", "rules", file)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tested_both_ways() -> None:
    """Each alert has a case in which it fires and one in which it does not (but for the heartbeat, which always fires)."""
    fires, quiet = set(), set()
    for file in TESTS:
        for case in yaml.safe_load(file.read_text(encoding="utf-8"))["tests"]:
            for check in case["alert_rule_test"]:
                (fires if check["exp_alerts"] else quiet).add(check["alertname"])

    assert set(ALERTS) == fires
    assert set(ALERTS) - {"Heartbeat"} == quiet


@pytest.mark.parametrize("name", ALERTS)
def test_alert_uses_figures_that_exist(name: str) -> None:
    """Every metric and label of the expression is exposed by some process."""
    assert list(mistakes(ALERTS[name]["expr"])) == []


@pytest.mark.parametrize("name", ALERTS)
def test_alert_says_what_to_do(name: str) -> None:
    """An alert has a severity, both languages, and a runbook that leads to a section of its own name."""
    rule = ALERTS[name]
    sections = re.findall(r"^## (\w+)$", (ROOT / "docs/alerts.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert rule["labels"]["severity"] in ("page", "ticket", "none")
    assert {"summary", "description", "runbook"} == set(rule["annotations"])
    assert f"docs/alerts.md#{name.lower()}" == rule["annotations"]["runbook"]
    assert name in sections


def test_runbook_has_no_leftovers() -> None:
    """Every section of the runbook is that of an alert which exists."""
    sections = re.findall(r"^## (\w+)$", (ROOT / "docs/alerts.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert list(ALERTS) == sections


@pytest.mark.parametrize(
    ("expr", "found"),
    [
        ("petitions_no_such_total > 0", ["petitions_no_such_total is not in the catalogue"]),
        ('petitions_consumed_total{office="x"}', ["petitions_consumed_total has no label office"]),
        ("sum by (office) (petitions_consumed_total)", ["no metric of the expression has the label office"]),
        ("petitions_reply_seconds > 1", ["petitions_reply_seconds is not in the catalogue"]),
    ],
)
def test_a_wrong_figure_is_found(expr: str, found: list[str]) -> None:
    """The check above sees a wrong name, a wrong label, and a histogram without its suffix."""
    assert found == list(mistakes(expr))
