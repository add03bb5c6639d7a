"""The commands against the running service."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from click.testing import CliRunner, Result

from deploy.one_machine.embedded import EmbeddedKafka
from deploy.one_machine.embedded.ports import free_port
from deploy.web.server import application
from producers.commands.cli import commands
from producers.http import prepare
from producers.settings import HttpSettings
from schemas.authority import OFFICE_ACTIONS
from schemas.events.actions import Action
from schemas.events.catalogue import ACTION_REQUESTED, SUBMITTED
from tests.producers.support import KEY, SECRET, on_topic
from tests.producers.test_actions import case_of

BY_NAME = {command.name: command for command in commands}


@pytest.fixture(scope="module")
def service(settings: HttpSettings) -> Iterator[str]:
    """The application on a port of its own; its address."""
    port, started, stop = free_port(), threading.Event(), threading.Event()

    async def serve() -> None:
        async with prepare(settings) as routes:
            server = uvicorn.Server(uvicorn.Config(application(routes, routes.ready), port=port, lifespan="off", log_config=None))
            task = asyncio.create_task(server.serve())
            while not (server.started and routes.ready()):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            started.set()
            await asyncio.to_thread(stop.wait)
            server.should_exit = True
            await task

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert started.wait(60)
    yield f"http://127.0.0.1:{port}"
    stop.set()
    thread.join(15)


def call(name: str, *arguments: str, url: str, data: Path | None = None, key: str | None = None) -> Result:
    where = ["--url", url, *(["--data", str(data)] if data else [])]
    return CliRunner().invoke(BY_NAME[name], [*arguments, *where], env={"PETITIONS_KEY": key, "PETITIONS_TOKEN": None})


def test_submit_prints_the_code_and_what_to_do_next(service: str, settings: HttpSettings) -> None:
    """With the key from the runner's directory."""
    result = call("submit", "Đèn đường hỏng", "--lat", "21.03", "--long", "105.85", url=service, data=settings.credentials_file.parent)

    assert result.exit_code == 0
    assert "Tracking code  " in result.output
    assert "petitions track " in result.output


def test_submit_can_speak_json(service: str, broker: EmbeddedKafka, tmp_path: Path) -> None:
    """For scripts: the service's answer as it is; the options are in the event, the contact sealed."""
    contact = tmp_path / "contact.json"
    contact.write_text('{"name": "An", "phone": "0912345678"}', encoding="utf-8")
    options = ["--json", "--contact", str(contact), "--address", "12 Hàng Bè", "--urgent", "--media", "https://a.example/1.jpg"]
    result = call("submit", "Đèn đường hỏng", *options, url=service, key=KEY)
    (event,) = on_topic(broker.bootstrap, SUBMITTED, json.loads(result.output)["petition_id"])

    assert event.data.location.address == "12 Hàng Bè"
    assert event.data.urgent
    assert event.data.contact_sealed
    assert [str(url) for url in event.data.media_urls] == ["https://a.example/1.jpg"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("accept", []),
        ("transfer", ["--to", "so-nnmt", "--reason", "Đúng thẩm quyền"]),
        ("request-information", ["--question", "Ở đoạn nào?"]),
        ("extend", ["--working-hours", "8", "--reason", "Chờ vật tư"]),
        ("answer", ["--result", "done", "--text", "Đã thay nắp hố ga", "--evidence", "https://a.example/sau.jpg"]),
        ("reject", ["--kind", "complaint", "--reason", "Theo luật khiếu nại"]),
    ],
)
def test_an_office_acts(name: str, options: list[str], service: str, settings: HttpSettings, broker: EmbeddedKafka) -> None:
    """Each command publishes its action with its fields."""
    _, petition_id = case_of(settings, "so-xd")
    result = call(name, petition_id, "--office", "so-xd", *options, url=service, data=settings.credentials_file.parent)
    (event,) = on_topic(broker.bootstrap, ACTION_REQUESTED, petition_id)

    assert result.exit_code == 0, result.output
    assert event.data.action == name


def test_a_co_office_contributes(service: str, settings: HttpSettings, broker: EmbeddedKafka) -> None:
    """The command for what the table of authority lets it do."""
    _, petition_id = case_of(settings, "so-xd", co_offices=["so-nnmt"])
    options = ["--office", "so-nnmt", "--kind", "note", "--text", "Đã kiểm tra nguồn nước."]
    result = call("contribute", petition_id, *options, url=service, data=settings.credentials_file.parent)
    (event,) = on_topic(broker.bootstrap, ACTION_REQUESTED, petition_id)

    assert result.exit_code == 0, result.output
    assert (event.data.kind, event.data.actor.office) == ("note", "so-nnmt")


def test_each_action_of_an_office_has_its_command() -> None:
    """Whatever an office may ask for by the table of authority; the command says who may, and asks for every field that is needed."""
    for action in OFFICE_ACTIONS:
        command = BY_NAME[action]
        model = next(member for member in Action.__args__ if member.model_fields["action"].default == action)  # type: ignore[attr-defined]
        needed = {name for name, field in model.model_fields.items() if field.is_required()} - {"petition_id", "actor", "requested_at"}
        asked = {parameter.name for parameter in command.params if parameter.required or parameter.name == "similarity"}

        assert command.epilog is not None
        assert needed <= asked, action


def test_what_is_refused_ends_with_one(service: str, settings: HttpSettings) -> None:
    """And names each field."""
    result = call("submit", "x", "--lat", "48.1", url=service, data=settings.credentials_file.parent)

    assert result.exit_code == 1
    assert "location.lat" in result.output


def test_a_missing_key_is_wrong_usage(service: str, tmp_path: Path) -> None:
    """The message says where one could come from."""
    result = call("submit", "x", url=service, data=tmp_path)

    assert result.exit_code == 2
    assert "--key-file" in result.output


def test_nobody_there_ends_with_three() -> None:
    """The message says how to start it."""
    result = call("submit", "x", url=f"http://127.0.0.1:{free_port()}", key="k")

    assert result.exit_code == 3
    assert "petitions up" in result.output


def test_a_file_can_be_imported(broker: EmbeddedKafka, tmp_path: Path) -> None:
    """Good lines are published, bad ones go to the file of rejects with their line and reason, and the exit code says so."""
    source = tmp_path / "many.jsonl"
    source.write_text('{"text": "Rác đổ ven sông", "external_id": "1"}\n\n{"text": ""}\nnot json\n', encoding="utf-8")
    environment = {"KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap, "TRACKING_SECRET": SECRET}
    result = CliRunner().invoke(BY_NAME["import"], [str(source), "--json"], env=environment)
    rejects = [json.loads(line) for line in (tmp_path / "many.jsonl.rejects.jsonl").read_text(encoding="utf-8").splitlines()]

    assert result.exit_code == 1
    assert '{"published":1,"rejected":2}' in result.output
    assert [one["line"] for one in rejects] == [3, 4]
    assert rejects[0]["reason"].startswith("text: ")
    assert rejects[1]["reason"].startswith("not JSON")
