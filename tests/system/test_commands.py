"""What an office's commands say, on a whole instance."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy import cli
from tests.chaos.instance import Instance
from tests.system.people import City

LAMP = "Đèn đường trước số 30 phố Hàng Bông tắt cả tuần nay, đi tối rất khó khăn."


@pytest.fixture
def petition(city: City) -> str:
    """Id of a petition in the queue of so-xd."""
    sent = city.submit(LAMP, category="street-lighting")
    city.wait_state(sent["tracking_code"], "assigned")
    return str(sent["petition_id"])


def office(instance: Instance, name: str, petition: str, *options: str, code: str = "so-xd", data: Path | None = None) -> Result:
    where = ["--office", code, "--url", instance.url, "--data", str(data or instance.data)]
    return CliRunner().invoke(cli.petitions, [name, petition, *where, *options], env={"PETITIONS_TOKEN": None})


def test_a_command_tells_what_came_of_it(instance: Instance, petition: str) -> None:
    """Not only that the action was taken: the case's new event, and when the rules are against it, the rule and exit code 1."""
    accepted = office(instance, "accept", petition)
    thin = office(instance, "answer", petition, "--result", "done", "--text", "Xong", "--lang", "en")
    to_itself = office(instance, "transfer", petition, "--to", "so-xd", "--reason", "không rõ")

    assert (accepted.exit_code, accepted.output) == (0, f"{petition}  Cơ quan đã nhận xử lý\n")
    assert (thin.exit_code, thin.output.startswith("Error: Answer sent back: ")) == (1, True)
    assert (to_itself.exit_code, to_itself.output.startswith("Error: Yêu cầu không được thực hiện: ")) == (1, True)


def test_a_script_gets_the_outcome_as_json(instance: Instance, petition: str) -> None:
    """The event stands under `outcome`; without waiting there is none."""
    waited = json.loads(office(instance, "accept", petition, "--json").output)
    at_once = json.loads(
        office(instance, "extend", petition, "--working-hours", "4", "--reason", "chờ vật tư", "--json", "--no-wait").output
    )

    assert (waited["outcome"]["type"], waited["outcome"]["details"]["cause"]) == ("accepted", waited["action_id"])
    assert (at_once["outcome"], at_once["petition_id"]) == (None, petition)


def test_triage_sees_what_came_of_its_sorting(instance: Instance, city: City) -> None:
    """The case leaves triage's queue with the assignment, and the command shows it all the same."""
    sent = city.submit("Cho hỏi việc này thì liên hệ ở đâu ạ?", category="other")
    city.wait_state(sent["tracking_code"], "received")
    options = ["--to", "so-yt", "--reason", "thuộc ngành y tế", "--category", "health"]
    result = office(instance, "assign", sent["petition_id"], *options, code="tt-pvhcc")

    assert (result.exit_code, result.output) == (0, f"{sent['petition_id']}  Đã giao cơ quan xử lý\n")
