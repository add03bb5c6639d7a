"""Who may do what over HTTP: intake keys by channel, one bearer token an office, one for the administrator.

The file (mode 0600, made by the runner or mounted as a secret):
`{"intake": {"ihanoi": KEY, "web": KEY}, "departments": {"so-xd": TOKEN}, "admin": TOKEN}`.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.reference import offices

CHANNELS = ("ihanoi", "web", "sandbox")
"""The app, the web page, and the channel of `schemas.events.intake.SANDBOX`."""


def _digest(token: str) -> bytes:
    # Look-ups go by digest, so that the time they take says nothing about the token.
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class Credentials:
    _channels: dict[bytes, str]
    _offices: dict[bytes, str]
    _admin: bytes

    @classmethod
    def load(cls, path: Path) -> Credentials:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            {_digest(key): channel for channel, key in raw["intake"].items()},
            {_digest(token): office for office, token in raw["departments"].items()},
            _digest(raw["admin"]),
        )

    def channel_of(self, key: str) -> str | None:
        """The channel whose intake key this is."""
        return self._channels.get(_digest(key))

    def office_of(self, token: str) -> str | None:
        """The office whose token this is."""
        return self._offices.get(_digest(token))

    def is_admin(self, token: str) -> bool:
        return secrets.compare_digest(_digest(token), self._admin)


def generate() -> dict[str, Any]:
    """Fresh random credentials: the intake channels, every office, the administrator."""
    return {
        "intake": {channel: secrets.token_urlsafe(24) for channel in CHANNELS},
        "departments": {code: secrets.token_urlsafe(24) for code in offices()},
        "admin": secrets.token_urlsafe(24),
    }


def completed(found: dict[str, Any]) -> dict[str, Any]:
    """The same with what it lacks of `generate`: a channel or an office that is newer than the file. What is there stays."""
    fresh = generate()
    return {**fresh, **found, **{kind: {**fresh[kind], **found[kind]} for kind in ("intake", "departments")}}
