"""An address, sealed. A citizen's with a key from the keyring that goes with his petition: erased there, it opens nowhere any more."""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Keys(Protocol):
    """What has a key for each path: a keyring."""

    def key(self, path: str) -> bytes | None:
        """None when it was destroyed."""
        ...


@dataclass(frozen=True, slots=True)
class SecretKeys:
    """As a keyring, for who has no petition: the key under any path, from the deployment's secret."""

    secret: bytes

    def key(self, path: str) -> bytes | None:
        # The word is from when staff alone had such addresses; theirs have the empty path.
        return hmac.digest(self.secret, f"staff address\0{path}".encode(), "sha256")


def seal(keys: Keys, path: str, receiver: str, address: dict[str, Any]) -> str | None:
    """None when the petition's key was destroyed. `path`: as of `schemas.platform.keyring.path_of`."""
    key = keys.key(path)
    if key is None:
        return None
    nonce = secrets.token_bytes(_NONCE)
    return base64.urlsafe_b64encode(nonce + _cipher(key).encrypt(nonce, orjson.dumps(address), receiver.encode())).decode()


def unseal(keys: Keys, path: str, receiver: str, sealed: str) -> dict[str, Any] | None:
    """None when the key was destroyed, or is another deployment's."""
    key = keys.key(path)
    if key is None:
        return None
    raw = base64.urlsafe_b64decode(sealed)
    try:
        found: dict[str, Any] = orjson.loads(_cipher(key).decrypt(raw[:_NONCE], raw[_NONCE:], receiver.encode()))
    except InvalidTag:
        return None
    return found


def _cipher(key: bytes) -> AESGCM:
    """Under a key of its own: the words on the record are sealed in another mode."""
    return AESGCM(hmac.digest(key, b"notice address", "sha256"))
