"""Asks a broker, in Kafka's own protocol, whether it serves. By hand: a client library takes longer to import than to ask."""

from __future__ import annotations

import socket
import struct

_METADATA, _VERSION = 3, 1
_NO_TOPICS = struct.pack(">i", 0)


def _request() -> bytes:
    header = struct.pack(">hhih", _METADATA, _VERSION, 1, -1)  # correlation id 1, no client id
    body = header + _NO_TOPICS
    return struct.pack(">i", len(body)) + body


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise ConnectionError("the broker closed the connection")
        data += part
    return data


def broker_ids(port: int, timeout: float = 1.0) -> set[int]:
    """The ids of the live brokers as the broker at 127.0.0.1:`port` knows them. Raises OSError."""
    with socket.create_connection(("127.0.0.1", port), timeout) as connection:
        connection.sendall(_request())
        answer = _read(connection, struct.unpack(">i", _read(connection, 4))[0])
    return _parse(answer)


def _parse(answer: bytes) -> set[int]:
    (count,) = struct.unpack_from(">i", answer, 4)
    position, found = 8, set()
    for _ in range(count):
        node, host_length = struct.unpack_from(">ih", answer, position)
        position += 6 + host_length + 4  # id and host, then the port
        (rack_length,) = struct.unpack_from(">h", answer, position)
        position += 2 + max(0, rack_length)
        found.add(node)
    return found


def answers(port: int, node_id: int) -> bool:
    """Whether the broker at `port` serves and counts `node_id` among the live brokers."""
    try:
        return node_id in broker_ids(port)
    except OSError:
        return False
