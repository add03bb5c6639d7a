"""Malware, as clamd tells it: over its own protocol, from a clamd of the tests."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from producers.files.files import Held
from tests.files.conftest import Service, serving
from tests.files.contents import pdf
from tests.files.test_uploads import refused

MALWARE = pdf() + b"EICAR"


@asynccontextmanager
async def clamd(socket: Path) -> AsyncIterator[None]:
    """Speaks INSTREAM as clamd does: chunks with their length, the end is a length of nought."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack(">I", await reader.readexactly(4))[0]:
            content += await reader.readexactly(length)
        writer.write(b"stream: Eicar-Signature FOUND\0" if b"EICAR" in content else b"stream: OK\0")
        writer.close()

    server = await asyncio.start_unix_server(handle, socket)
    async with server:
        yield


async def test_malware_is_refused_and_leaves_nothing(files_database: str, tmp_path: Path) -> None:
    """422 by its rule; what is clean is taken."""
    socket = tmp_path / "clamd"
    async with clamd(socket), serving(files_database, tmp_path, files_scanner=str(socket)) as service:
        before = service.rows()
        assert refused(await service.upload(MALWARE)) == (422, "file-refused", [("file", "file_infected")])
        assert service.rows() == before
        assert (await service.uploaded(pdf()))["status"] == "ready"


async def shown(service: Service, petition_id: str, file_id: str) -> bool:
    return await service.files.find(petition_id, file_id, small=False) is not None


async def test_while_nobody_can_look_files_are_held(files_database: str, tmp_path: Path) -> None:
    """Taken and named, but shown to nobody; once clamd is back the clean one is shown and the other is erased."""
    socket = tmp_path / "clamd"
    async with serving(files_database, tmp_path, files_scanner=str(socket)) as service:
        clean, malware = await service.uploaded(pdf()), await service.uploaded(MALWARE)
        assert clean["status"] == malware["status"] == "held"
        petition_id = (await service.submit(clean, malware)).json()["petition_id"]
        await service.files.sweeping.once()
        with pytest.raises(Held):
            await shown(service, petition_id, clean["file_id"])

        async with clamd(socket):
            await service.files.sweeping.once()
        assert await shown(service, petition_id, clean["file_id"])
        assert not await shown(service, petition_id, malware["file_id"])
        assert malware["file_id"] not in service.rows()


async def test_or_they_are_refused_meanwhile(files_database: str, tmp_path: Path) -> None:
    """By the other policy: 503, and the upload can be completed later."""
    async with serving(files_database, tmp_path, files_scanner=str(tmp_path / "nobody"), files_scanner_away="refuse") as service:
        assert refused(await service.upload(pdf()))[:2] == (503, "files-unavailable")
