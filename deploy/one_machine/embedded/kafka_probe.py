"""Asks a broker, in Kafka's own protocol, whether it serves. By hand: a client library takes longer to import than to ask."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import socket
import struct

METADATA, _SASL_HANDSHAKE, _SASL_AUTHENTICATE = (3, 1), (17, 1), (36, 0)
"""Key and version of the requests."""
NO_TOPICS = struct.pack(">i", 0)
_HASH = "sha512"


class LoginRefused(OSError):
    """The broker does not know the account, yet or at all."""


def broker_ids(port: int, user: str, password: str, timeout: float = 1.0) -> set[int]:
    """The ids of the live brokers as the broker at 127.0.0.1:`port` knows them. Raises OSError."""
    with socket.create_connection(("127.0.0.1", port), timeout) as connection:
        _log_in(connection, user, password)
        return _parse(ask(connection, METADATA, NO_TOPICS))


def answers(port: int, node_id: int, user: str, password: str) -> bool:
    """Whether the broker at `port` lets the account in, serves, and counts `node_id` among the live brokers."""
    try:
        return node_id in broker_ids(port, user, password)
    except OSError:
        return False


def ask(connection: socket.socket, request: tuple[int, int], body: bytes) -> bytes:
    """One request (its key and version) with its body; the answer's body. Raises OSError."""
    message = struct.pack(">hhih", *request, 1, -1) + body  # correlation id 1, no client id
    connection.sendall(struct.pack(">i", len(message)) + message)
    return _read(connection, struct.unpack(">i", _read(connection, 4))[0])[4:]


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise ConnectionError("the broker closed the connection")
        data += part
    return data


def _log_in(connection: socket.socket, user: str, password: str) -> None:
    """SCRAM-SHA-512 (RFC 5802): the password is proven, not told. Whether the broker knows it, too, does not matter to a probe."""
    mechanism = b"SCRAM-SHA-512"
    ask(connection, _SASL_HANDSHAKE, struct.pack(">h", len(mechanism)) + mechanism)
    first = f"n={user},r={secrets.token_hex(16)}"
    challenge = _say(connection, f"n,,{first}")
    fields = dict(field.split("=", 1) for field in challenge.split(","))
    last = f"c=biws,r={fields['r']}"
    salted = hashlib.pbkdf2_hmac(_HASH, password.encode(), base64.b64decode(fields["s"]), int(fields["i"]))
    key = hmac.digest(salted, b"Client Key", _HASH)
    mask = hmac.digest(hashlib.sha512(key).digest(), f"{first},{challenge},{last}".encode(), _HASH)
    proof = bytes(left ^ right for left, right in zip(key, mask, strict=True))
    _say(connection, f"{last},p={base64.b64encode(proof).decode()}")


def _say(connection: socket.socket, text: str) -> str:
    """One message of the exchange; what the broker says to it. Raises LoginRefused."""
    answer = ask(connection, _SASL_AUTHENTICATE, struct.pack(">i", len(text)) + text.encode())
    code, length = struct.unpack_from(">hh", answer)
    if code:
        raise LoginRefused(code, answer[4 : 4 + length].decode(errors="replace"))
    start = 4 + max(0, length) + 4  # behind the message that says what is wrong, and the size of the bytes
    return answer[start:].decode()


def _parse(answer: bytes) -> set[int]:
    (count,) = struct.unpack_from(">i", answer)
    position, found = 4, set()
    for _ in range(count):
        node, host_length = struct.unpack_from(">ih", answer, position)
        position += 6 + host_length + 4  # id and host, then the port
        (rack_length,) = struct.unpack_from(">h", answer, position)
        position += 2 + max(0, rack_length)
        found.add(node)
    return found
