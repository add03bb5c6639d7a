"""Telling, on a whole instance: what an operator's commands do, and a notifier that is killed between sending and noting it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from standardwebhooks import Webhook

from deploy import cli
from tests.chaos.instance import Instance
from tests.system.people import City, wait

LAMP = "Đèn đường trước số 31 phố Hàng Bông tắt cả tuần nay, đi tối rất khó khăn."


@dataclass
class Hook:
    """An office's or channel's system; `status`: what it answers. While `silent`, it takes what comes and answers nobody."""

    url: str = ""
    status: int = 204
    silent: threading.Event = field(default_factory=threading.Event)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def of(self, petition_id: str) -> list[tuple[dict[str, str], dict[str, Any]]]:
        """What it was told of a petition, in order: headers and bodies."""
        read = [(headers, json.loads(body)) for headers, body in self.got]
        return [(headers, body) for headers, body in read if body["data"]["petition_id"] == petition_id]


@pytest.fixture
def hook() -> Iterator[Hook]:
    made, over = Hook(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if made.silent.is_set():
                over.wait(60)
                return
            self.send_response(made.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield made
    over.set()
    server.shutdown()
    server.server_close()


class Operator:
    """`petitions …` on the instance."""

    def __init__(self, instance: Instance) -> None:
        self._data = ["--data", str(instance.data)]

    def does(self, *words: str, exit_code: int = 0) -> str:
        found = CliRunner().invoke(cli.petitions, [*words, *self._data])
        assert found.exit_code == exit_code, found.output
        return str(found.stdout)

    def parked(self, receiver: str) -> list[dict[str, Any]]:
        found = json.loads(self.does("deliveries", "list", "--json"))
        return [one for one in found if one["medium"] == "webhook" and one["holder"] == receiver]


@pytest.fixture
def operator(instance: Instance) -> Operator:
    return Operator(instance)


@pytest.fixture
def added(operator: Operator, hook: Hook) -> Iterator[dict[str, str]]:
    """A webhook of the channel `sandbox`, by command: its id and its secret."""
    made = json.loads(operator.does("webhooks", "add", "channel", "sandbox", hook.url, "--inside", "--json"))
    yield made
    CliRunner().invoke(cli.petitions, ["webhooks", "remove", made["id"], *operator._data])


def hand_in(city: City) -> str:
    """A petition of the channel for trying out; its id."""
    key = {"X-API-Key": city.credentials["intake"]["sandbox"]}
    answer = city.http.post("/v1/petitions", json={"channel": "sandbox", "text": LAMP}, headers=key)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["petition_id"])


def test_a_webhook_from_its_first_call_to_its_last(operator: Operator, added: dict[str, str], hook: Hook, city: City) -> None:
    """Added, called with a signature that holds, listed without its secret, rotated with both signing, removed."""
    first = hand_in(city)
    (headers, _), *_ = wait(lambda: hook.of(first), bool)
    body = next(body for got, body in hook.got if got["webhook-id"] == headers["webhook-id"])
    listed = operator.does("webhooks", "list")
    rotated = json.loads(operator.does("webhooks", "rotate", added["id"], "--json"))
    second = hand_in(city)
    (later, _), *_ = wait(lambda: hook.of(second), bool)
    after = next(body for got, body in hook.got if got["webhook-id"] == later["webhook-id"])

    assert Webhook(added["secret"]).verify(body, headers)["data"]["petition_id"] == first
    assert added["id"] in listed
    assert added["secret"] not in listed
    for secret in (added["secret"], rotated["secret"]):
        assert Webhook(secret).verify(after, later)
    operator.does("webhooks", "remove", added["id"])
    assert added["id"] not in operator.does("webhooks", "list")
    operator.does("webhooks", "remove", added["id"], exit_code=1)


def test_what_was_parked_is_listed_and_resumed(operator: Operator, added: dict[str, str], hook: Hook, city: City) -> None:
    """A receiver that refuses for good (410): the delivery is parked with its reason; resumed, it comes under the same id."""
    hook.status = 410
    petition_id = hand_in(city)
    (parked, *_) = wait(lambda: operator.parked("sandbox"), bool)
    hook.status = 204
    shown = json.loads(operator.does("deliveries", "show", str(parked["id"]), "--json"))
    told = operator.does("deliveries", "resume", str(parked["id"]))
    got = wait(lambda: hook.of(petition_id), lambda found: len(found) > 1)

    assert (shown["state"], "410" in shown["error"]) == ("parked", True)
    assert told == "1 resumed\n"
    assert got[0][0]["webhook-id"] == got[1][0]["webhook-id"]
    assert wait(lambda: operator.parked("sandbox"), lambda found: not found) == []
    assert added["id"] == shown.get("receiver", added["id"])
    operator.does("deliveries", "resume", exit_code=2)


def test_kill_9_of_the_notifier_between_sending_and_noting(instance: Instance, added: dict[str, str], hook: Hook, city: City) -> None:
    """The receiver has it, the notifier dies before it could note that: the next one says it once more under the same id, and never
    again."""
    hook.silent.set()
    petition_id = hand_in(city)
    wait(lambda: hook.of(petition_id), bool)
    instance.kill("notifier")
    hook.silent.clear()
    with psycopg.connect(instance.database(), autocommit=True) as table:
        # What else would be waited for is the lease of the one that is gone.
        table.execute("update notice_receiver set busy_until = now() where id = %s", (added["id"],))
        states = "select state from notice_delivery where petition_id = %s and receiver = %s"
        done = wait(lambda: table.execute(states, (petition_id, added["id"])).fetchall(), lambda found: set(found) == {("sent",)})
    instance.wait_ready()
    ids = [headers["webhook-id"] for headers, _ in hook.of(petition_id)]

    assert set(done) == {("sent",)}
    assert ids[0] == ids[1]
    assert len(ids) == len(set(ids)) + 1
