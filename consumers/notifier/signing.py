"""Signatures: webhooks as Standard Webhooks has them, and links that need no login. All secrets follow from one, so none is stored.

When the deployment's secret is changed (the newest is named first, those before it behind), what is made from then on follows from the
newest, and what was handed out before holds for as long as its secret is named. By which an address is known again follows from the
oldest: it stands in the table, and another one would be another address.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable, Sequence

_PREFIX = "whsec_"


def webhook_secret(secret: bytes, receiver: str, version: int) -> str:
    """What signs for this endpoint; shown once, when it is made or rotated."""
    return _PREFIX + base64.b64encode(hmac.digest(secret, f"webhook\0{receiver}\0{version}".encode(), "sha256")).decode()


def webhook_headers(secrets: Iterable[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """`timestamp`: seconds since the epoch. One signature a secret: while one is being replaced both are valid."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    signatures = " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets)
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": signatures}


def _signature(secret: str, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(base64.b64decode(secret.removeprefix(_PREFIX)), signed, "sha256")).decode()


def link_token(secret: bytes, purpose: str, receiver: str) -> str:
    """`purpose`: confirm or leave; a token for the one does not do for the other."""
    return f"{receiver}.{_proof(secret, purpose, receiver)}"


def receiver_of(secrets: Sequence[bytes], purpose: str, token: str) -> str | None:
    """Whose link it is, made with one of these; None when it is nobody's."""
    receiver, _, proof = token.partition(".")
    expected = [_proof(secret, purpose, receiver) for secret in secrets]
    return receiver if any(hmac.compare_digest(proof.encode(), one.encode()) for one in expected) else None


def address_hash(secrets: Sequence[bytes], medium: str, address: str) -> str:
    """By which the same address is known again, and by nobody without the oldest of the secrets."""
    return hmac.digest(secrets[-1], f"notice address\0{medium}\0{address}".encode(), "sha256").hex()


def _proof(secret: bytes, purpose: str, receiver: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(secret, f"notice {purpose}\0{receiver}".encode(), "sha256")[:18]).decode()
