"""The generated documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from deploy.publishing.export import export
from deploy.roles import ROLES
from schemas.events.catalogue import EVENT_TYPES
from schemas.events.topics import SHARED
from schemas.publishing import asyncapi, json_schema, reference

ROOT = Path(__file__).parents[2]
RATED = EVENT_TYPES["vn.hanoi.petition.rated.v1"]
COMMANDS = ("json-schema", "asyncapi", "openapi", "topics", "metrics", "states", "settings")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_committed_documents_are_up_to_date(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`petitions export … --check` finds nothing to do; otherwise its output shows the difference."""
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(export, [command, "--check"])

    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_a_stale_document_is_shown(command: str, tmp_path: Path) -> None:
    """The check ends with 1 and a difference; writing mends it."""
    options = [command, "--out", str(tmp_path)]
    stale = CliRunner().invoke(export, [*options, "--check"])
    written = CliRunner().invoke(export, options)
    fresh = CliRunner().invoke(export, [*options, "--check"])

    assert (stale.exit_code, written.exit_code, fresh.exit_code) == (1, 0, 0)
    assert "+++ generated" in stale.output


def test_a_breaking_schema_is_not_written(tmp_path: Path) -> None:
    """The published schema stays, and the command says what would break; --breaking is the way out before a first release."""
    published = json_schema.schema_of(RATED)
    path = tmp_path / json_schema.file_name(RATED.type)
    published["properties"]["emoji"] = {"type": "string"}
    path.write_text(json.dumps(published), encoding="utf-8")
    refused = CliRunner().invoke(export, ["json-schema", "--out", str(tmp_path)])

    assert refused.exit_code == 1
    assert "rated.v1.schema.json: emoji: field removed" in refused.output
    assert json.loads(path.read_text(encoding="utf-8")) == published
    assert CliRunner().invoke(export, ["json-schema", "--out", str(tmp_path), "--breaking"]).exit_code == 0


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_each_schema_is_valid_json_schema(name: str) -> None:
    """By the meta-schema of draft 2020-12."""
    Draft202012Validator.check_schema(json_schema.schema_of(EVENT_TYPES[name]))


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in _references(value)]
    return [found for value in node for found in _references(value)] if isinstance(node, list) else []


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    """No dangling `$ref`."""
    document = asyncapi.document()
    for reference_ in set(_references(document)):
        place: Any = document
        for step in reference_.removeprefix("#/").split("/"):
            place = place[step]

    assert document["asyncapi"] == "3.0.0"


def test_the_asyncapi_document_has_every_event_type_once() -> None:
    """Each type of the catalogue is a message with CloudEvents headers on its topic's channel."""
    document = asyncapi.document()
    messages = document["components"]["messages"]

    assert {message["name"] for message in messages.values()} == {*EVENT_TYPES, "dead-letter"}
    for name, message in messages.items():
        if name != "dead-letter":
            channel = document["channels"][EVENT_TYPES[message["name"]].topic.name.removeprefix("petitions.")]
            assert name in channel["messages"]
            assert message["traits"] == [{"$ref": "#/components/messageTraits/cloudevent"}]


def test_every_operation_has_a_channel() -> None:
    """Operations are what the pipeline sends and receives."""
    document = asyncapi.document()

    assert {operation["action"] for operation in document["operations"].values()} == {"send", "receive"}
    used = {operation["channel"]["$ref"].rpartition("/")[2] for operation in document["operations"].values()}
    assert used == set(document["channels"])


def test_the_page_of_topics_names_every_shared_topic() -> None:
    """Nothing is left out."""
    page = reference.topics()

    assert all(f"`{topic.name}`" in page for topic in SHARED)


def test_the_page_of_settings_has_every_role() -> None:
    """Each role that can be run tells its settings, every one with its meaning."""
    page = reference.settings({role.name: role.settings_classes() for role in ROLES})

    assert all(f"## `{role.name}`" in page for role in ROLES)
    assert not [line for line in page.splitlines() if line.startswith("| `") and line.endswith("|  |")]
