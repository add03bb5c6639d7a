"""A one-machine instance as Prometheus sees it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from deploy.observe.prometheus.targets import groups, job_of, targets
from deploy.one_machine.runner.directory import Directory
from deploy.one_machine.runner.state import Instance, Row, write
from deploy.one_machine.runner.unit import Status


@pytest.mark.parametrize(
    ("process", "job"),
    [("case-1", "case"), ("classify-12", "classify"), ("web", "web"), ("kafka-controller", "kafka-controller")],
)
def test_job_is_the_role(process: str, job: str) -> None:
    """Only a number at the end is not part of the role."""
    assert job == job_of(process)


def test_groups_leave_out_what_has_no_metrics() -> None:
    """Broker and database have no metrics of ours."""
    found = groups([Row("kafka", 1, "ready", "", None), Row("case-2", 2, "ready", "", "http://127.0.0.1:9123/metrics")])

    assert found == [{"targets": ["127.0.0.1:9123"], "labels": {"job": "case", "instance": "case-2"}}]


def test_folder_is_enough_for_prometheus(tmp_path: Path) -> None:
    """--out gives a folder with a configuration whose rule and target files lie beside it."""
    directory, out = Directory(tmp_path / "data"), tmp_path / "prometheus"
    directory.path.mkdir()
    web = Status("web", None, "ready", 1.0, "http://127.0.0.1:8080/metrics", 0, None)
    write(directory.state, Instance("http://127.0.0.1:8080", "127.0.0.1:9092", {}, ""), [web])

    done = CliRunner().invoke(targets, ["--data", str(directory.path), "--out", str(out)])

    config = yaml.safe_load((out / "prometheus.yaml").read_text(encoding="utf-8"))
    (scrape,) = config["scrape_configs"]
    assert done.exit_code == 0, done.output
    assert all((out / name).exists() for name in config["rule_files"])
    (found,) = [json.loads((out / name).read_text()) for service in scrape["file_sd_configs"] for name in service["files"]]
    assert found == [{"targets": ["127.0.0.1:8080"], "labels": {"job": "web", "instance": "web"}}]
