"""A petitioner's contact as it stands sealed on the record: `v1.` and base64url of nonce (12 bytes), ciphertext and tag (AES-256-GCM)."""

from __future__ import annotations

import base64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PREFIX = "v1."
NONCE = 12


def open_contact(key: bytes, petition_id: str, sealed: str) -> bytes:
    """The contact's JSON; raise ValueError when key, petition and text do not belong together."""
    raw = base64.urlsafe_b64decode(sealed.removeprefix(PREFIX))
    try:
        return AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], petition_id.encode())
    except InvalidTag:
        raise ValueError("this key does not open this contact") from None
