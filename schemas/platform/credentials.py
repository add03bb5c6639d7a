"""The credentials file: intake keys by channel, one bearer token an office, one for the administrator.

The file (mode 0600, made by the runner or mounted as a secret):
`{"intake": {"ihanoi": KEY, "web": KEY}, "departments": {"so-xd": TOKEN}, "admin": TOKEN}`. Tokens that expire, are rotated and revoked
stand in the database (`schemas.identity.tokens`).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from schemas.reference import offices

CHANNELS = ("ihanoi", "web", "sandbox", "email")
"""The app, the web page, the channel for trying out (`schemas.events.intake.SANDBOX`), the mailbox (`schemas.events.mails.EMAIL`)."""

TOKEN_BYTES = 24


class Kind(StrEnum):
    """Whose a token is."""

    CHANNEL = "channel"
    OFFICE = "office"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Holder:
    """`name`: the channel's, the office's code, empty for the administrator."""

    kind: Kind
    name: str = ""


def new_token() -> str:
    """192 random bits, URL-safe."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> bytes:
    """What is kept and looked up instead of the token (SHA-256), so that neither a table nor the time of a look-up gives it away.

    A fast hash is enough where 192 random bits are hashed: trying them all is out of reach at any speed. It is not for passwords.
    """
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class Credentials:
    """`holders`: by the digest of the token or key."""

    holders: Mapping[bytes, Holder]

    @classmethod
    def load(cls, path: Path) -> Credentials:
        raw = json.loads(path.read_text(encoding="utf-8"))
        found = {digest(key): Holder(Kind.CHANNEL, channel) for channel, key in raw["intake"].items()}
        found |= {digest(token): Holder(Kind.OFFICE, office) for office, token in raw["departments"].items()}
        return cls(found | {digest(raw["admin"]): Holder(Kind.ADMINISTRATOR)})


def generate() -> dict[str, Any]:
    """Fresh random credentials: the intake channels, every office, the administrator."""
    return {
        "intake": {channel: new_token() for channel in CHANNELS},
        "departments": {code: new_token() for code in offices()},
        "admin": new_token(),
    }


def completed(found: dict[str, Any]) -> dict[str, Any]:
    """The same with what it lacks of `generate`: a channel or an office that is newer than the file. What is there stays."""
    fresh = generate()
    return {**fresh, **found, **{kind: {**fresh[kind], **found[kind]} for kind in ("intake", "departments")}}
