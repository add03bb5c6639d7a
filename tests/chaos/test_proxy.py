"""The proxy through which the tests cut, silence and delay connections."""

from __future__ import annotations

import contextlib
import os
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from tests.chaos.proxy import FREE, Proxies, Proxy, Rule


class _Echo(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            for line in self.rfile:
                self.wfile.write(line)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """In front of a server that says every line back."""
    with _Server(("127.0.0.1", 0), _Echo) as server, Proxies() as proxies:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield proxies.to(server.server_address[1])
        server.shutdown()


def _connect(proxy: Proxy, seconds: float = 5) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), seconds)


def _says_back(connection: socket.socket, line: bytes = b"line\n") -> bool:
    """False: the connection is gone. Raises TimeoutError when nothing comes."""
    try:
        connection.sendall(line)
        got = b""
        while len(got) < len(line):
            part = connection.recv(65536)
            if not part:
                return False
            got += part
    except ConnectionError:
        return False
    return got == line


def test_what_goes_in_comes_out(proxy: Proxy) -> None:
    """A small line and a megabyte, each unchanged, on two connections at once."""
    with _connect(proxy) as one, _connect(proxy) as other:
        writer = threading.Thread(target=one.sendall, args=(b"x" * 1_000_000 + b"\n",))
        writer.start()

        assert _says_back(other)
        got = 0
        while got < 1_000_001:
            got += len(one.recv(65536))
        writer.join()
        assert got == 1_000_001


def test_a_cut_ends_connections_and_refuses_new_ones_until_it_is_mended(proxy: Proxy) -> None:
    """Those who were connected are told; who comes meanwhile too; afterwards all is as before."""
    with _connect(proxy) as before:
        assert _says_back(before)
        proxy.set(Rule(cut=True))

        assert not _says_back(before)
    with _connect(proxy) as meanwhile:
        assert not _says_back(meanwhile)
    proxy.set(FREE)
    with _connect(proxy) as after:
        assert _says_back(after)


def test_silence_holds_everything_and_loses_nothing(proxy: Proxy) -> None:
    """Nobody is told that anything is wrong, as behind a router that drops packets; then all of it arrives."""
    with _connect(proxy, 0.3) as connection:
        proxy.set(Rule(silent=True))
        with pytest.raises(TimeoutError):
            _says_back(connection, b"held\n")
        proxy.set(FREE)
        connection.settimeout(5)

        assert connection.recv(100) == b"held\n"


def test_a_delay_is_paid_both_ways(proxy: Proxy) -> None:
    """There and back takes twice as long."""
    with _connect(proxy) as connection:
        proxy.set(Rule(delay=0.1))
        began = time.monotonic()

        assert _says_back(connection)
        assert time.monotonic() - began >= 0.2


def test_a_rule_for_one_client_leaves_the_others_alone(proxy: Proxy) -> None:
    """A client is known by the WORKER_ID of its process."""
    program = "import socket,sys; s=socket.create_connection(('127.0.0.1',int(sys.argv[1])));print(flush=True);print(len(s.recv(9)))"
    environment = {**os.environ, "WORKER_ID": "projector"}
    command = [sys.executable, "-c", program, str(proxy.port)]
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with child, _connect(proxy) as other:
        assert child.stdout is not None
        child.stdout.readline()
        assert _says_back(other)
        proxy.set(Rule(cut=True), client="projector")

        assert child.wait(10) is not None  # its connection came to an end
        assert _says_back(other)


def test_a_server_that_is_away_is_seen_as_such(proxy: Proxy) -> None:
    """The proxy itself must not make a dead server look alive."""
    proxy.target = 1
    with _connect(proxy) as connection:
        assert not _says_back(connection)
