"""`petitions up` with small stand-in roles: `python -m tests.deploy.standin DATA LAYOUT`. Roles note their lives in DATA/life."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from deploy.errors import Failed
from deploy.one_machine.embedded.child import Command
from deploy.one_machine.embedded.ports import free_port
from deploy.one_machine.runner.plan import Plan, Request
from deploy.one_machine.runner.roles import Role, answers_ready
from deploy.one_machine.runner.up import up

_SERVICE = """
import http.server, os, signal, sys, threading
name, life, port, deaf = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "deaf"
def note(what):
    with open(life, "a") as file:
        file.write(f"{name} {what}\\n")
def end(*_):
    if not deaf:
        note("ends")
        os._exit(0)
signal.signal(signal.SIGTERM, end)
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
note("starts")
http.server.HTTPServer(("127.0.0.1", port), Ready).serve_forever()
"""
_TASK = "import sys; print(sys.argv[1]); sys.exit(int(sys.argv[2]))"


def service(request: Request, name: str, needs: tuple[str, ...] = (), *, deaf: bool = False, stop_limit: float = 5) -> Role:
    port = free_port()
    life = str(request.directory.path / "life")
    argv = (sys.executable, "-c", _SERVICE, name, life, str(port), "deaf" if deaf else "hears")
    command = Command(argv, request.directory.log(name))
    url = f"http://127.0.0.1:{port}"
    return Role(name, lambda: command, needs, answers_ready(url), f"{url}/metrics", stop_limit=stop_limit)


def task(request: Request, name: str, needs: tuple[str, ...], words: str, code: int) -> Role:
    command = Command((sys.executable, "-c", _TASK, words, str(code)), request.directory.log(name))
    return Role(name, lambda: command, needs, once=True)


def three_waves(request: Request) -> Plan:
    store = service(request, "store")
    prepare = task(request, "prepare", ("store",), "done", 0)
    return _plan(store, prepare, service(request, "worker", ("store", "prepare")), service(request, "web", ("store", "prepare")))


def deaf(request: Request) -> Plan:
    return _plan(service(request, "deaf", deaf=True, stop_limit=0.5))


def hopeless(request: Request) -> Plan:
    return _plan(service(request, "store"), task(request, "prepare", ("store",), "the tables are of a later version", 1))


def _plan(*roles: Role) -> Plan:
    return Plan(roles, {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9"}, free_port())


LAYOUTS: dict[str, Callable[[Request], Plan]] = {"three-waves": three_waves, "deaf": deaf, "hopeless": hopeless}

if __name__ == "__main__":
    try:
        up(Path(sys.argv[1]), port=0, layout=LAYOUTS[sys.argv[2]])
    except Failed as error:
        sys.exit(str(error))
