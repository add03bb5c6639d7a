"""A small HTTP/1.1 client for load: connections that are kept, and streams that are read until a word comes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


class Connection:
    """One connection, one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader, self._writer, self._host = reader, writer, host

    @classmethod
    async def open(cls, url: str) -> Self:
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        return cls(reader, writer, parts.netloc)

    async def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Send and read the whole answer (which has a Content-Length)."""
        self._send(method, path, headers, body)
        status, found = await self._head()
        return Answer(status, await self._reader.readexactly(int(found.get("content-length", "0"))))

    async def stream_until(self, path: str, words: tuple[bytes, ...]) -> int:
        """Open a stream; the status as soon as one of the words has come, or at once if it is not 200."""
        self._send("GET", path, {"Accept": "text/event-stream"}, b"")
        status, _ = await self._head()
        got = b""
        while status == 200 and not any(word in got for word in words):
            part = await self._reader.read(65_536)
            if not part:
                raise ConnectionError("the stream ended before its event")
            got += part
        return status

    def close(self) -> None:
        self._writer.close()

    def _send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> None:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", *(f"{name}: {value}" for name, value in headers.items())]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)

    async def _head(self) -> tuple[int, dict[str, str]]:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = (line.partition(":") for line in head[1:] if line)
        return int(head[0].split(" ")[1]), {name.lower(): value.strip() for name, _, value in fields}
