"""The roles as processes: killed, cut off from their database, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from deploy.cluster.migrate import migrate
from deploy.one_machine.embedded import EmbeddedPostgres
from deploy.one_machine.embedded.ports import free_port
from schemas.events.case import Accepted
from schemas.events.standing import State
from tests.consumers.conftest import Rig
from tests.consumers.events import Life
from tests.consumers.test_dispatcher import queue_of
from tests.consumers.web import SECRET

PATIENCE_SECONDS = 60


@contextmanager
def role(module: str, rig: Rig, **settings: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A role's process and its status port."""
    port = free_port()
    environment = {
        **os.environ,
        "KAFKA_BOOTSTRAP_SERVERS": rig.bootstrap,
        "DATABASE_URL": rig.database,
        "KEYRING_FILE": str(rig.keyring),
        "TRACKING_SECRET": SECRET,
        "METRICS_PORT": str(port),
        "WORKER_ID": rig.name,
        **settings,
    }
    process = subprocess.Popen([sys.executable, "-c", f"import {module}; {module}.run()"], env=environment)
    try:
        yield process, port
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def status(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def projected(url: str, lives: list[Life]) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "select count(*) from timeline where petition_id = any(%s)", [[life.petition_id for life in lives]]
        ).fetchone()
    return int(row[0]) if row else 0


def new_lives(rig: Rig, number: int, office: str = "so-xd") -> list[Life]:
    lives = [Life(office=office) for _ in range(number)]
    for life in lives:
        life.begins()
        life.happens(Accepted, view={"state": State.ACCEPTED})
    rig.write(*(sent for life in lives for sent in life.sent))
    return lives


def test_a_projector_that_is_killed_goes_on_where_it_was(rig: Rig) -> None:
    """kill -9 in the middle of its work: the next process takes up at once and every event stands once."""
    lives = new_lives(rig, 300)
    with role("consumers.read_model.role", rig, PROJECTOR_BATCH="50") as (process, _):
        until(lambda: projected(rig.database, lives) > 0)
        process.kill()
    lives += new_lives(rig, 20)
    with role("consumers.read_model.role", rig) as (process, _):
        until(lambda: projected(rig.database, lives) == 2 * len(lives))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_SECONDS) == 0


def test_a_projector_waits_for_its_database(rig: Rig, tmp_path: Path) -> None:
    """While PostgreSQL is away the process says that it is not ready, stays alive, and then goes on without loss."""
    with EmbeddedPostgres(tmp_path / "data") as server:
        migrate(server.url)
        with role("consumers.read_model.role", rig, DATABASE_URL=server.url) as (process, port):
            lives = new_lives(rig, 20)
            until(lambda: projected(server.url, lives) == 40)
            until(lambda: status(port, "/readyz") == 200)
            server.kill()
            lives += new_lives(rig, 20)
            until(lambda: status(port, "/readyz") == 503)
            assert status(port, "/healthz") == 200
            server.start()
            until(lambda: projected(server.url, lives) == 80)
            until(lambda: status(port, "/readyz") == 200)
            assert process.poll() is None


def test_a_dispatcher_that_is_killed_doubles_nothing(rig: Rig) -> None:
    """kill -9 in the middle of a dispatcher's work: the office gets every event once, in order."""
    lives = new_lives(rig, 300, office="ward-00025")
    with role("consumers.queues.role", rig, DISPATCHER_BATCH="40") as (process, _):
        until(lambda: len(queue_of(rig, "ward-00025", *lives)) > 0)
        process.kill()
    with role("consumers.queues.role", rig) as (process, _):
        until(lambda: len(queue_of(rig, "ward-00025", *lives)) >= 600)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_SECONDS) == 0
    found = [record.key for record in queue_of(rig, "ward-00025", *lives)]

    assert len(found) == 600
    assert all(found.count(life.petition_id.encode()) == 2 for life in lives)


def test_without_a_broker_processes_wait(rig: Rig) -> None:
    """No broker yet: alive, not ready, and each ends when told to."""
    nobody = {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{free_port()}"}
    with role("consumers.read_model.role", rig, **nobody) as projector, role("consumers.queues.role", rig, **nobody) as dispatcher:
        for _, port in (projector, dispatcher):
            until(lambda port=port: status(port, "/healthz") == 200)
            assert status(port, "/readyz") == 503
        for process, _ in (projector, dispatcher):
            process.send_signal(signal.SIGTERM)
        assert [process.wait(timeout=PATIENCE_SECONDS) for process, _ in (projector, dispatcher)] == [0, 0]
