"""Signatures: webhooks as Standard Webhooks has them, links that need no login, pushes as VAPID has them. All secrets follow from one, so
none is stored.

When the deployment's secret is changed (the newest is named first, those before it behind), what is made from then on follows from the
newest, and what was handed out before holds for as long as its secret is named. By which an address is known again, and who we are to a
browser that subscribed, follows from the oldest: that stands in the table and in the browser, and nobody can change it there.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable, Sequence

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_PREFIX = "whsec_"
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


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


def push_key(secrets: Sequence[bytes]) -> ec.EllipticCurvePrivateKey:
    """Who sends web pushes (VAPID): a browser takes them from nobody but whom it subscribed to."""
    number = int.from_bytes(hmac.digest(secrets[-1], b"web push key", "sha512"))
    return ec.derive_private_key(number % (_P256_ORDER - 1) + 1, ec.SECP256R1())


def push_public_key(secrets: Sequence[bytes]) -> str:
    """As a browser wants to be told to whom it subscribes (`applicationServerKey`)."""
    point = push_key(secrets).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def _proof(secret: bytes, purpose: str, receiver: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(secret, f"notice {purpose}\0{receiver}".encode(), "sha256")[:18]).decode()
