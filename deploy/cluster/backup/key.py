"""The key of a backup: an age identity. Who makes backups needs its public half only; without the other nobody reads them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.errors import Failed

if TYPE_CHECKING:
    from pyrage import x25519

_SECRET, _PUBLIC = "AGE-SECRET-KEY-", "age1"


class BadKey(Failed):
    """The file is no key, or only the public half of one."""


def make(path: Path) -> str:
    """Write a new key to a new file that only its owner can read; its public half. Raises FileExistsError."""
    from pyrage import x25519

    identity = x25519.Identity.generate()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(f"# public key: {identity.to_public()}\n{identity}\n")
    return str(identity.to_public())


def recipients(path: Path) -> list[x25519.Recipient]:
    """For whom to encrypt: each key of the file, whole or its public half. Raises BadKey."""
    from pyrage import x25519

    found = [
        x25519.Identity.from_str(line).to_public() if line.startswith(_SECRET) else x25519.Recipient.from_str(line)
        for line in _lines(path)
        if line.startswith((_SECRET, _PUBLIC))
    ]
    if not found:
        raise BadKey(f"{path} holds no key; `petitions backup … --new-key` makes one")
    return found


def identities(path: Path) -> list[x25519.Identity]:
    """Who can decrypt. Raises BadKey."""
    from pyrage import x25519

    found = [x25519.Identity.from_str(line) for line in _lines(path) if line.startswith(_SECRET)]
    if not found:
        raise BadKey(f"{path} holds no secret key (a line {_SECRET}…): the public half can only write backups")
    return found


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text(encoding="ascii").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise BadKey(f"{path} cannot be read: {error}") from None
