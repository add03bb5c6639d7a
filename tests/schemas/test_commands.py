"""What the commands of all folders share, against a small service on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from schemas.commands.access import Access, public, with_token
from schemas.commands.broker import broker_settings
from schemas.commands.calls import StreamEvent, follow, get, look
from schemas.platform.instants import local

STREAM = b'retry: 1000\n\n: still here\n\nid: 4\nevent: answered\ndata: {"a": 1}\n\nevent: x\ndata: {}\n\n'
PROBLEM = b'{"code": "invalid", "detail": "Some fields.", "fields": [{"field": "limit", "rule": "range", "message": "too much"}]}'
ANSWERS = {
    "/stream": (200, "text/event-stream", STREAM),
    "/bad": (400, "application/problem+json", PROBLEM),
    "/away": (503, "application/problem+json", b'{"code": "busy", "detail": "Later."}'),
    "/strange": (502, "text/html", b"<h1>Bad gateway</h1>"),
}


class Service(BaseHTTPRequestHandler):
    """Answers what it was told to; any other path with the language that was asked for."""

    def do_GET(self) -> None:
        spoken = f'{{"lang": "{self.headers["Accept-Language"]}"}}'.encode()
        status, kind, body = ANSWERS.get(self.path, (200, "application/json", spoken))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_event_stream_is_read(service: str) -> None:
    """Comments and events without data are skipped; an event without an id leaves the last one as it is."""
    assert list(follow(Access(service), "/stream")) == [StreamEvent("4", "answered", {"a": 1}), StreamEvent("4", "x", {})]


def test_the_service_is_asked_in_the_commands_language(service: str) -> None:
    """Vietnamese unless `--lang` says otherwise."""
    assert [get(Access(service), "/"), get(Access(service, "en"), "/")] == [{"lang": "vi"}, {"lang": "en"}]


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        ("/bad", 1, "Error: 400 invalid: Some fields.\n  limit: too much\n"),
        ("/away", 3, "Error: 503 busy: Later.\n"),
        ("/strange", 1, "Error: 502: the answer was not understood\n"),
    ],
)
def test_what_is_refused_ends_the_command_and_says_why(
    service: str, capsys: pytest.CaptureFixture[str], path: str, code: int, said: str
) -> None:
    """1 when the caller must change something, 3 when trying again may help; a stream that is refused likewise."""
    for ask in (lambda: get(Access(service), path), lambda: list(follow(Access(service), path))):
        with pytest.raises(SystemExit) as ended:
            ask()

        assert (ended.value.code, capsys.readouterr().err) == (code, said)


def test_a_look_may_find_nothing(service: str) -> None:
    """What is refused is None, for who asks again and again."""
    assert look(Access(service), "/bad") is None


def test_the_options_make_the_access(tmp_path: Path) -> None:
    """Address, language, directory and token; without a secret only what a public call needs."""
    (tmp_path / "credentials.json").write_text('{"departments": {"so-xd": "stored"}}', encoding="utf-8")
    seen: list[object] = []

    @click.command()
    @with_token
    def private(*, access: Access, as_json: bool) -> None:
        seen.append((access.url, access.lang, access.office_token("so-xd"), as_json))

    @click.command()
    @public
    def open_(*, access: Access, as_json: bool) -> None:
        seen.append((access, as_json))

    env = {"PETITIONS_TOKEN": None, "PETITIONS_URL": None}
    CliRunner().invoke(private, ["--url", "http://a/", "--data", str(tmp_path), "--lang", "en", "--json"], env=env)
    CliRunner().invoke(private, ["--data", str(tmp_path), "--token-file", "-"], input="given\n", env=env)
    CliRunner().invoke(open_, [], env={"PETITIONS_URL": "http://b"})
    unknown = CliRunner().invoke(private, ["--data", str(tmp_path / "nowhere")], env=env)

    assert seen == [("http://a", "en", "stored", True), ("http://127.0.0.1:8080", "vi", "given", False), (Access("http://b"), False)]
    assert unknown.exit_code == 2
    assert "--token-file" in unknown.output


def test_the_environments_broker_goes_before_the_instances(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the one of the instance in the directory, else the default."""
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
    default = broker_settings(tmp_path).kafka_bootstrap_servers
    (tmp_path / "state.json").write_text('{"kafka_access": {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1234"}}', encoding="utf-8")
    stored = broker_settings(tmp_path).kafka_bootstrap_servers
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "broker:9092")

    assert (default, stored, broker_settings(tmp_path).kafka_bootstrap_servers) == ("127.0.0.1:9092", "127.0.0.1:1234", "broker:9092")


def test_instants_are_written_as_in_hanoi() -> None:
    """Seven hours ahead of UTC; a dash for none."""
    assert [local("2025-12-05T10:30:00Z"), local(None)] == ["17:30 05/12/2025", "—"]
