"""Free TCP ports on this machine."""

from __future__ import annotations

import random
import socket

# Below the range from which the kernel takes ports for outgoing connections: a server finds its port again after a restart.
_RANGE = range(20_000, 32_000)
_ATTEMPTS = 200
_promises: list[socket.socket] = []


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port nobody listens on, and nobody else is given while this process lives. Raises OSError if none was found."""
    for _ in range(_ATTEMPTS):
        port = random.choice(_RANGE)
        if is_free(port) and _promise(port):
            return port
    raise OSError("no free TCP port between 20000 and 32000")


def _promise(port: int) -> bool:
    """Take it before the server opens it, which may be seconds later: instances that start together look at the same time.

    A name among Linux's abstract sockets is no file, has one owner, and is gone with its process.
    """
    name = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        name.bind(f"\0hanoi-petitions-port-{port}")
    except OSError:
        name.close()
        return False
    _promises.append(name)
    return True
