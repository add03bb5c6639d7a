"""What the processes of one machine are given, before anything is started."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy.one_machine.runner.directory import Directory
from deploy.one_machine.runner.plan import Request, plan


def environments(data: Path) -> dict[str, dict[str, str]]:
    directory = Directory(data)
    data.mkdir()
    directory.ensure_secrets()
    laid = plan(Request(directory, 8123, 1, None, None, None))
    return {role.name: dict(role.command().env or {}) for role in laid.roles if role.name not in ("kafka", "postgres")}


def test_there_is_a_mailroom_only_where_there_is_a_mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """IMAP_HOST says so."""
    monkeypatch.delenv("IMAP_HOST", raising=False)

    assert "mailroom" not in environments(tmp_path / "without")
    monkeypatch.setenv("IMAP_HOST", "imap.example.vn")
    assert "mailroom" in environments(tmp_path / "with")


def test_the_mailroom_has_the_key_of_its_channel_and_no_other_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No account at the brokers, none in the database, no tracking secret, no keyring: a mail that takes it over gets no further than
    any app."""
    monkeypatch.setenv("IMAP_HOST", "imap.example.vn")
    found = environments(tmp_path / "data")
    mailroom = found["mailroom"]
    keys = json.loads((tmp_path / "data" / "credentials.json").read_text(encoding="utf-8"))["intake"]

    assert mailroom["INTAKE_KEY"] == keys["email"]
    assert mailroom["INTAKE_URL"] == "http://127.0.0.1:8123"
    hidden = ("DATABASE_URL", "KAFKA_USERNAME", "KAFKA_PASSWORD_FILE", "TRACKING_SECRET_FILE", "CREDENTIALS_FILE", "KEYRING_FILE")
    assert [name for name in hidden if mailroom.get(name)] == []
    assert all(found["web"].get(name) for name in hidden)
    assert not (tmp_path / "data" / "kafka" / "accounts" / "mailroom").exists()


def test_links_in_notices_lead_to_this_instance(tmp_path: Path) -> None:
    """Whatever its port."""
    assert environments(tmp_path / "data")["notifier"]["NOTICE_URL"] == "http://127.0.0.1:8123"
