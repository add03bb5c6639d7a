"""HTTP connections that cannot be held for nothing: a head is small and comes soon, and so does a body; connections are counted."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from producers.http.guard import is_own

HEAD_BYTES = 32 * 1024
HEAD_SECONDS = 10.0
BODY_SECONDS = 60.0
MOST_CONNECTIONS = 5_000
MOST_OF_ONE = 500
"""Of one address; this machine's own are not counted (a proxy's are all the city's)."""
_OFFER = re.compile(rb"(?i)(\r\n)upgrade:")
_STATUS = {408: "Request Timeout", 431: "Request Header Fields Too Large", 503: "Service Unavailable"}


class TooLarge(ValueError):
    """The head is over its size; the parser makes an invalid request of it."""


class Guarded(HttpToolsProtocol):
    """As uvicorn's, within the limits above. Answers without a body: who breaks them reads none."""

    _open: ClassVar[Counter[str]] = Counter()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline: asyncio.TimerHandle | None = None
        self._head_bytes = self._received = 0
        self._in_head, self._refusal = True, 400
        self._address = self.client[0] if self.client else ""
        self._open[self._address] += 1
        if len(self.connections) > MOST_CONNECTIONS or (
            self._open[self._address] > MOST_OF_ONE and not (self._address and is_own(self._address))
        ):
            self._refuse(503)
        self._within(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._in_time()
        self._open[self._address] -= 1
        if not self._open[self._address]:
            del self._open[self._address]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        super().data_received(_staying(data) if self._in_head else data)
        if self._in_head and self._received > HEAD_BYTES and not self.transport.is_closing():
            self._refuse(431)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes, self._in_head = 0, True
        self._within(HEAD_SECONDS)

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head, self._received = False, 0
        self._within(BODY_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_time()
        self._received = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        if self._refusal in _STATUS:
            self._refuse(self._refusal)
        else:
            super().send_400_response(msg)

    def _count(self, more: int) -> None:
        self._head_bytes += more
        if self._head_bytes > HEAD_BYTES:
            self._refusal = 431
            raise TooLarge

    def _within(self, seconds: float) -> None:
        self._in_time()
        self._deadline = self.loop.call_later(seconds, self._refuse, 408)

    def _in_time(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, status: int) -> None:
        head = f"HTTP/1.1 {status} {_STATUS[status]}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        self.transport.write(head.encode())
        self.transport.close()


def _staying(data: bytes) -> bytes:
    """Without an offer to speak another protocol (Java's client asks for HTTP/2 so), at which the parser would leave the body unread."""
    head, end, rest = data.partition(b"\r\n\r\n")
    return _OFFER.sub(rb"\1X-Upgrade:", head) + end + rest
