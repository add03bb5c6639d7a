"""Whether a file is malware, asked of clamd (https://docs.clamav.net, its command INSTREAM)."""

from __future__ import annotations

import asyncio
import struct
from pathlib import Path

from producers.files.kinds import Refused

_CHUNK = 64 * 1024
_PATIENCE_SECONDS = 60.0


class ScannerAway(Exception):
    """clamd does not answer, or answers that it could not look."""


class Scanner:
    """`address`: `host:port`, or the path of a socket; empty: nobody looks, and every file is clean."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def check(self, path: Path) -> None:
        """Raise Refused for malware, ScannerAway when nobody could look."""
        if not self._address:
            return
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                said = await self._ask(path)
        except (OSError, TimeoutError) as error:
            raise ScannerAway(type(error).__name__) from error
        if said.endswith(" FOUND"):
            raise Refused("file_infected")
        if not said.endswith(" OK"):
            raise ScannerAway("no verdict")  # its size limit, for one

    async def _ask(self, path: Path) -> str:
        reader, writer = await self._connect()
        try:
            writer.write(b"zINSTREAM\0")
            with await asyncio.to_thread(path.open, "rb") as file:
                while chunk := await asyncio.to_thread(file.read, _CHUNK):
                    writer.write(struct.pack(">I", len(chunk)) + chunk)
                    await writer.drain()
            writer.write(struct.pack(">I", 0))
            await writer.drain()
            return (await reader.readuntil(b"\0"))[:-1].decode(errors="replace")
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            raise ScannerAway(type(error).__name__) from error
        finally:
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if "/" in self._address:
            return await asyncio.open_unix_connection(self._address)
        host, _, port = self._address.rpartition(":")
        return await asyncio.open_connection(host, int(port))
