"""What the documents tell a developer to run, run as it stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.one_machine.embedded.jars import kafka_classpath
from deploy.one_machine.runner.up import curl
from schemas.events.tracking import Keys
from tests.chaos.instance import Instance
from tests.system.people import City

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
JAVA = ("java", "-Dfile.encoding=UTF-8")
HTTP = {"submit.sh": ["bash"], "submit.py": [sys.executable], "submit.mjs": ["node"], "Submit.java": [*JAVA], "submit.go": ["go", "run"]}
KAFKA = {"submit.py": [sys.executable], "Submit.java": [*JAVA, "-cp", "{jars}"]}


def run(command: list[str], environment: dict[str, str]) -> str:
    """What it printed; the test is left out where its language is not on the machine."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not on this machine")
    found = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=400, check=False)
    assert found.returncode == 0, found.stderr
    return found.stdout


def over_http(instance: Instance) -> dict[str, str]:
    credentials = json.loads((instance.data / "credentials.json").read_text(encoding="utf-8"))
    return {"PETITIONS_URL": instance.url, "PETITIONS_KEY": credentials["intake"]["sandbox"]}


def over_kafka(instance: Instance) -> dict[str, str]:
    secret = (instance.data / "tracking-secret").read_text(encoding="utf-8")
    password = (instance.data / "kafka" / "accounts" / "channel-sandbox").read_text(encoding="utf-8")
    account = {"KAFKA_USERNAME": "channel-sandbox", "KAFKA_PASSWORD": password}
    return {
        "KAFKA_BOOTSTRAP_SERVERS": instance.bootstrap(),
        "CHANNEL_SECRET": Keys((secret.encode(),)).of_channel("sandbox").decode(),
        **account,
    }


def assert_only_tried_out(city: City, receipt: dict[str, Any]) -> None:
    """It came through, and it came to nobody."""
    status = city.wait_state(receipt["tracking_code"], "refused")

    assert (status["petition_id"], status["sandbox"]) == (receipt["petition_id"], True)
    assert [entry["type"] for entry in status["timeline"]] == ["received", "refused"]
    assert receipt["petition_id"] not in {item["petition_id"] for item in city.queue("tt-pvhcc")}


@pytest.mark.parametrize("name", HTTP)
def test_each_example_for_http_hands_in_a_petition(name: str, instance: Instance, city: City) -> None:
    """Run twice it is the same petition; its receipt leads to it."""
    command = [*HTTP[name], str(EXAMPLES / "http" / name)]
    first, second = (json.loads(run(command, over_http(instance))) for _ in range(2))

    assert first == second
    assert_only_tried_out(city, first)


@pytest.mark.parametrize("name", KAFKA)
def test_each_example_for_kafka_hands_in_a_petition(name: str, instance: Instance, city: City) -> None:
    """The code that it makes is the one by which the service finds the petition."""
    command = [part.format(jars=kafka_classpath()) for part in KAFKA[name]]

    assert_only_tried_out(city, json.loads(run([*command, str(EXAMPLES / "kafka" / name)], over_kafka(instance))))


def test_the_line_that_the_runner_prints_hands_in_a_petition(instance: Instance, city: City) -> None:
    """Address and key are in it."""
    line = curl(instance.url, instance.data / "credentials.json")

    assert_only_tried_out(city, json.loads(run(["bash", "-c", line], {})))


def test_the_lines_of_the_readme_lead_a_new_app_to_its_first_petition(instance: Instance, city: City) -> None:
    """Every line of the section's first block, on this instance instead of the one that `make run` starts; and what is said below it."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## A new app in five minutes")[2]
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert block
    lines = block[1].replace("http://127.0.0.1:8080", instance.url).replace(".data/", f"{instance.data}/")
    receipt, status = run(["bash", "-euc", lines], {}).splitlines()

    assert json.loads(status)["tracking_code"] == json.loads(receipt)["tracking_code"]
    petition = json.loads(re.search(r"-d '(.*)'", block[1])[1])  # type: ignore[index]
    key = {"X-API-Key": over_http(instance)["PETITIONS_KEY"]}
    answers = [city.http.post("/v1/petitions", json=petition | change, headers=key) for change in ({}, {"text": "Cây đổ"}, {"lat": 21.03})]
    assert [answer.status_code for answer in answers] == [202, 409, 422]
    assert answers[0].json() == json.loads(receipt)
    assert answers[2].json()["fields"][0]["field"] == "lat"
