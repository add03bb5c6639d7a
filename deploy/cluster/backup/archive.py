"""The file of a backup: members of bounded size, each compressed, in a tar that age encrypts as it is written.

    age --decrypt -i KEY FILE | tar -x

opens it by hand. Both ends are streams: neither the whole nor a topic is ever in memory or on disk in the clear.
"""

from __future__ import annotations

import os
import tarfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING

import zstandard

from deploy.errors import Failed

if TYPE_CHECKING:
    from pyrage import x25519

MEMBER_BYTES = 8 * 1024 * 1024
"""About so much goes into a member before it is compressed."""
_SUFFIX = ".zst"
Put = Callable[[str, bytes], None]
"""Adds a member: its name, its content."""


class BadArchive(Failed):
    """The file is damaged, cut short, not a backup, or for another key."""


@contextmanager
def writing(path: Path, recipients: Sequence[x25519.Recipient]) -> Iterator[Put]:
    """A new file that appears under its name when all of it is on the disk. Raises FileExistsError."""
    from pyrage import encrypt_io

    if path.exists():
        raise FileExistsError(f"{path} exists")
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with _Piped(lambda source: encrypt_io(source, file, list(recipients))) as sink, tarfile.open(mode="w|", fileobj=sink) as tar:
            yield lambda name, content: _add(tar, name, content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


@contextmanager
def reading(path: Path, identities: Sequence[x25519.Identity]) -> Iterator[Iterator[tuple[str, bytes]]]:
    """The members in their order, name and content. Raises BadArchive, at the latest at the end: until then trust nothing."""
    source, sink = _pipe()
    failed: list[Exception] = []

    def decrypt() -> None:
        from pyrage import decrypt_io

        try:
            with sink, path.open("rb") as file:  # closed whatever happens: somebody reads it
                decrypt_io(file, sink, list(identities))
        except Exception as error:  # noqa: BLE001 -- told by the thread that reads
            failed.append(error)

    thread = threading.Thread(target=decrypt, name="decrypt", daemon=True)
    thread.start()
    with source:
        try:
            with tarfile.open(mode="r|", fileobj=source) as tar:
                yield _members(tar)
        except (tarfile.TarError, zstandard.ZstdError) as error:
            failed.append(error)
    thread.join()
    real = [error for error in failed if not isinstance(error, BrokenPipeError)]
    if real:
        raise BadArchive(f"{path} cannot be read: {real[0]}") from real[0]


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for info in tar:
        content = tar.extractfile(info)
        assert content is not None
        yield info.name.removesuffix(_SUFFIX), zstandard.ZstdDecompressor().stream_reader(content).read()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    compressed = zstandard.ZstdCompressor(level=3).compress(content)
    info = tarfile.TarInfo(name + _SUFFIX)
    info.size, info.mode = len(compressed), 0o600
    tar.addfile(info, BytesIO(compressed))


class _Piped:
    """A sink whose bytes `work` reads in a thread of its own; leaving the context waits for it, and raises what it raised."""

    def __init__(self, work: Callable[[IO[bytes]], object]) -> None:
        self._source, self._sink = _pipe()
        self._failed: list[Exception] = []
        self._thread = threading.Thread(target=self._run, args=(work,), name="encrypt", daemon=True)

    def _run(self, work: Callable[[IO[bytes]], object]) -> None:
        try:
            with self._source:
                work(self._source)
        except Exception as error:  # noqa: BLE001 -- told by the thread that writes
            self._failed.append(error)

    def __enter__(self) -> IO[bytes]:
        self._thread.start()
        return self._sink

    def __exit__(self, *_: object) -> None:
        self._sink.close()
        self._thread.join()
        if self._failed:
            raise Failed(f"the backup could not be written: {self._failed[0]}") from self._failed[0]


def _pipe() -> tuple[IO[bytes], IO[bytes]]:
    read, write = os.pipe()
    return os.fdopen(read, "rb"), os.fdopen(write, "wb")
