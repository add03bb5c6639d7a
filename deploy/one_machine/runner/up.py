"""`petitions up`: a whole instance on this machine, in the foreground, until Ctrl-C or TERM."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from operator import call
from pathlib import Path
from select import select
from socket import socket, socketpair

import click

from deploy.errors import Failed
from deploy.one_machine.embedded.ports import free_port, is_free
from deploy.one_machine.runner import state
from deploy.one_machine.runner.clock import settle
from deploy.one_machine.runner.directory import Directory
from deploy.one_machine.runner.plan import Plan, Request, plan
from deploy.one_machine.runner.roles import Role
from deploy.one_machine.runner.supervisor import POLL, Supervisor
from deploy.one_machine.runner.unit import Status
from schemas.events.intake import SANDBOX
from schemas.platform import logs
from schemas.platform.metrics import UP_SINCE
from schemas.platform.status import StatusServer

_CALM_SECONDS = 1.0
"""Between two looks at roles that all are ready, unless a signal comes."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class PortTaken(Failed):
    """Something listens on the HTTP port already."""


@dataclass
class Stop:
    """How often we were asked to stop: once is in order, twice is at once."""

    news: socket
    """Readable once a signal has come."""
    asked: int = 0

    def ask(self, *_: object) -> None:
        self.asked += 1

    def wait(self, seconds: float) -> bool:
        """Until a signal comes (asked to stop, a child has died), or so long; whether one came."""
        came = bool(select([self.news], [], [], seconds)[0])
        if came:
            self.news.recv(1024)
        return came

    @property
    def hurry(self) -> bool:
        return self.asked > 1


def up(
    data: Path,
    *,
    port: int,
    workers: int = 1,
    chained: bool = True,
    clock_scale: float | None = None,
    clock_start_ms: int | None = None,
    layout: Callable[[Request], Plan] = plan,
) -> None:
    """Run what `layout` lays out until asked to stop. Raises Failed (with what to do) when it cannot start."""
    directory = Directory(data)
    with directory.locked():
        left = state.end_leftovers(directory.state)
        if left:
            say(f"ended what an earlier run had left: {', '.join(left)}")
        if port and not is_free(port):
            raise PortTaken(f"port {port} is in use; choose another with --port")
        directory.turn_logs()
        fresh = not directory.credentials.exists()
        clock = settle(directory.clock, clock_scale, clock_start_ms, fresh=fresh)
        directory.ensure_secrets()
        external = os.environ.get("KAFKA_BOOTSTRAP_SERVERS"), os.environ.get("DATABASE_URL")
        port = port or free_port()
        whole = layout(Request(directory, port, workers, clock, *external, chained=chained))
        with ThreadPoolExecutor() as pool:
            list(pool.map(call, whole.prepare))
        # Only from here on: until now Ctrl-C and TERM end us as they end any program.
        with listening() as stop:
            keep_running(directory, whole, port, stop)


def keep_running(directory: Directory, whole: Plan, port: int, stop: Stop) -> None:
    """Supervise the plan's roles until `stop`; the ready line goes to standard output, everything else to standard error."""
    url = f"http://127.0.0.1:{port}"
    instance = state.Instance(url, whole.kafka["KAFKA_BOOTSTRAP_SERVERS"], whole.kafka, str(directory.credentials))
    began, since = time.monotonic(), time.time()
    with ExitStack() as stack:
        stack.enter_context(_logging(directory))
        own = state.runner_status(f"http://127.0.0.1:{whole.runner_port}/metrics", since)
        supervisor = Supervisor(whole.roles, say=say, changed=lambda statuses: _write(directory, instance, own, statuses))
        status = StatusServer("127.0.0.1", whole.runner_port, alive=lambda: True, ready=lambda: supervisor.all_ready)
        status.start()
        stack.callback(status.stop)
        UP_SINCE().labels("runner").set(since)
        stack.callback(supervisor.stop, lambda: stop.hurry)
        announced = False
        while not stop.asked:
            supervisor.tick()
            if not announced and supervisor.all_ready:
                announced = True
                _announce(url, directory, whole.roles, time.monotonic() - began)
            stop.wait(_CALM_SECONDS if announced and supervisor.all_ready else POLL)
        say("stopping; Ctrl-C again to stop at once")


def say(line: str) -> None:
    click.echo(line, err=True)


def _write(directory: Directory, instance: state.Instance, own: Status, statuses: Sequence[Status]) -> None:
    state.write(directory.state, instance, [own, *statuses])


def _announce(url: str, directory: Directory, roles: Sequence[Role], seconds: float) -> None:
    click.echo(f"ready {url}")
    data = directory.path
    say(f"{len(roles)} roles in {seconds:.1f} s. Now try, in another terminal:")
    say(f"  {url}/                              the citizens' and offices' pages")
    say(f"  {curl(url, directory.credentials)}")
    say(f"  petitions submit 'Đèn đường hỏng trước số 12 phố Huế' --url {url} --data {data}")
    say(f"  petitions ps --data {data}")
    say(f"persons who can sign in, with passwords: {directory.accounts}")
    if any(role.name == "kafka" for role in roles):
        say(f"Kafka: 127.0.0.1:{directory.known_ports()['kafka']}, with an account of {directory.kafka / 'accounts'} (README, Kafka)")
    say(f"machines' keys and tokens: {directory.credentials}; logs: {directory.logs}; Ctrl-C stops")


def curl(url: str, credentials: Path) -> str:
    """A line that hands in a petition over the channel for trying out, as it stands."""
    key = json.loads(credentials.read_text(encoding="utf-8"))["intake"][SANDBOX]
    body = json.dumps({"channel": SANDBOX, "text": "Đèn đường hỏng trước số 12 phố Huế"}, ensure_ascii=False)
    return f"curl {url}/v1/petitions -H 'X-API-Key: {key}' -H 'Content-Type: application/json' -d '{body}'"


@contextmanager
def listening() -> Iterator[Stop]:
    """Count the requests to stop, by signal; a child's death is news, too."""
    news, teller = socketpair()
    with news, teller:
        teller.setblocking(False)
        stop = Stop(news)
        before = {number: signal.signal(number, stop.ask) for number in _SIGNALS}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(teller.fileno(), warn_on_full_buffer=False)
        try:
            yield stop
        finally:
            signal.set_wakeup_fd(-1)
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def _logging(directory: Directory) -> Iterator[None]:
    directory.logs.mkdir(parents=True, exist_ok=True)
    with directory.log("runner").open("a", encoding="utf-8", buffering=1) as file:
        logs.configure("runner", "info", file)
        yield
