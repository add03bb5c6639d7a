"""One key a petition, made when it is asked for, of which a single one can be destroyed while all others stay.

The keys are the leaves of a tree. A node's 16 children are keyed hashes of their digit; the path of a petition is the instant at which it
was received, and the beginning of its id. At first the ring is the root alone. To destroy a key, every node on its path goes, and the
siblings along the path stay in their place: from them all other keys can be made, and that one cannot, by anybody. So nothing has to be
stored before a petition comes in, and no key travels.

The file is the only thing that opens what was sealed. It lies apart from topics, database and their dumps, and is kept as safe as they
are: without it, nobody can read what people wrote. A destroyed key makes it longer by 225 nodes at most (about 15 kB).
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

_INSTANT, _ID = 11, 4
"""Digits of the path: of the instant (ms since the epoch), and of the id. Two petitions share a key if both are the same."""
_ABOVE = {_INSTANT + _ID: _INSTANT, _INSTANT: 9, 9: 7}
"""From which node down a key is made, by the length of the path. These nodes are kept in memory: of a millisecond, of a quarter of a second
(256 ms), of a minute (65.5 s)."""
_KEPT = 4096
_AT_WORK = 512
"""Ciphers that are kept in memory, each of one petition."""
_DIGITS = "0123456789abcdef"
_LOOK_AGAIN_SECONDS = 0.5


class NoKeyring(RuntimeError):
    """The file is not there or is no keyring; the message names it."""


def path_of(petition_id: str, received: int) -> str:
    """Which key is a petition's; `received`: ms since the epoch (UTC), as its case has it."""
    return f"{received:0{_INSTANT}x}{petition_id[:_ID]}"


class Keyring:
    """`nodes`: 32 bytes by path; no path begins another."""

    def __init__(self, nodes: Mapping[str, bytes]) -> None:
        self.nodes = dict(nodes)
        self._node: Callable[[str], bytes | None] = lru_cache(_KEPT)(self.key)
        self.cipher: Callable[[str], AESGCMSIV | None] = lru_cache(_AT_WORK)(self._cipher)
        """What seals and opens under `key(path)`; None when it was destroyed. An event's parts, and a petition's first events, share it."""

    @classmethod
    def new(cls) -> Keyring:
        return cls({"": secrets.token_bytes(32)})

    def key(self, path: str) -> bytes | None:
        """The 32 bytes under a path (`path_of`); None when they were destroyed."""
        above = _ABOVE.get(len(path))
        node = self._node(path[:above]) if above else None
        return self._from_the_ring(path) if node is None else _descend(node, path[above:])

    def _cipher(self, path: str) -> AESGCMSIV | None:
        key = self.key(path)
        return None if key is None else AESGCMSIV(key)

    def without(self, paths: Iterable[str]) -> Keyring:
        """A ring that lacks these keys."""
        nodes = dict(self.nodes)
        for path in paths:
            _puncture(nodes, path)
        return Keyring(nodes)

    def _from_the_ring(self, path: str) -> bytes | None:
        start = _start(self.nodes, path)
        return None if start is None else _descend(self.nodes[path[:start]], path[start:])


def _start(nodes: Mapping[str, bytes], path: str) -> int | None:
    """The length of that beginning of the path under which there is a node."""
    return next((length for length in range(len(path) + 1) if path[:length] in nodes), None)


def _descend(node: bytes, path: str) -> bytes:
    for digit in path:
        node = hashlib.blake2b(digit.encode(), key=node, digest_size=32).digest()
    return node


def _puncture(nodes: dict[str, bytes], path: str) -> None:
    start = _start(nodes, path)
    if start is None:
        return  # destroyed before
    node = nodes.pop(path[:start])
    for length in range(start, len(path)):
        nodes |= {path[:length] + digit: _descend(node, digit) for digit in _DIGITS if digit != path[length]}
        node = _descend(node, path[length])


def load(file: Path) -> Keyring:
    """Raise NoKeyring."""
    try:
        found = json.loads(file.read_text(encoding="ascii"))
        return Keyring({path: base64.b64decode(node, validate=True) for path, node in found["nodes"].items()})
    except FileNotFoundError:
        raise NoKeyring(f"there is no keyring at {file} (KEYRING_FILE)") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoKeyring(f"{file} cannot be read as a keyring (KEYRING_FILE): {type(error).__name__}") from None


def text(ring: Keyring) -> str:
    """What stands in the file."""
    return json.dumps({"nodes": {path: base64.b64encode(node).decode() for path, node in sorted(ring.nodes.items())}})


def ensure(file: Path) -> None:
    """Make a new ring where there is no file yet."""
    with _locked(file):
        if not file.exists():
            _store(file, Keyring.new())


def destroy(file: Path, paths: Iterable[str]) -> int:
    """Take these keys out of the file; how many were there. Raise NoKeyring."""
    with _locked(file):
        ring = load(file)
        there = [path for path in paths if ring.key(path) is not None]
        if there:
            _store(file, ring.without(there))
        return len(there)


def _store(file: Path, ring: Keyring) -> None:
    """Replace the file at once, for its owner alone, and on the disk before this returns."""
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as opened:
        opened.write(text(ring))
        opened.flush()
        os.fsync(opened.fileno())
    part.replace(file)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.with_name(f"{file.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class KeyringFile:
    """The ring as the file has it: half a second after a key was destroyed there, it is gone here as well."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stamp, self._ring = _stamp(file), load(file)
        self._looked = time.monotonic()

    def key(self, path: str) -> bytes | None:
        """As `Keyring.key`."""
        return self._current().key(path)

    def cipher(self, path: str) -> AESGCMSIV | None:
        """As `Keyring.cipher`."""
        return self._current().cipher(path)

    def _current(self) -> Keyring:
        now = time.monotonic()
        if now - self._looked > _LOOK_AGAIN_SECONDS:
            self._looked = now
            with suppress(NoKeyring):  # gone for a moment: work goes on with the ring as it was
                self._look()
        return self._ring

    def _look(self) -> None:
        stamp = _stamp(self._file)
        if stamp != self._stamp:
            self._stamp, self._ring = stamp, load(self._file)


def _stamp(file: Path) -> tuple[int, int, int]:
    try:
        found = file.stat()
    except FileNotFoundError:
        raise NoKeyring(f"there is no keyring at {file} (KEYRING_FILE)") from None
    return found.st_ino, found.st_mtime_ns, found.st_size
