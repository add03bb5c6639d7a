"""Public numbers: what a petition is called where anybody reads of it.

A number is the petition's id under a cipher whose key follows from the deployment's secret. The service alone gets from one to the other,
so no table is needed, and from a number follows neither the id nor the tracking code nor the mark by which a petition is shared.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

_ID_BYTES, _CHECK = 13, bytes(3)
_WRITTEN = re.compile(r"[a-z2-7]{26}")
_PADDING = "======"
NUMBER_PATTERN = f"^{_WRITTEN.pattern}$"


@dataclass(frozen=True, slots=True)
class Numbers:
    """With the deployment's `secrets`, newest first: the first makes the numbers, those before are still understood."""

    secrets: tuple[bytes, ...]

    def of(self, petition_id: str) -> str:
        """The number, 26 letters and digits; the same for as long as the secret is."""
        block = _through(_cipher(self.secrets[0]).encryptor(), bytes.fromhex(petition_id) + _CHECK)
        return base64.b32encode(block).decode().rstrip("=").lower()

    def petition_of(self, number: str) -> str | None:
        """The petition's id; None for what no secret of ours has made."""
        if not _WRITTEN.fullmatch(number):
            return None
        given = base64.b32decode(number.upper() + _PADDING)
        blocks = (_through(_cipher(secret).decryptor(), given) for secret in self.secrets)
        return next((block[:_ID_BYTES].hex() for block in blocks if block.endswith(_CHECK)), None)


def _cipher(secret: bytes) -> Cipher[modes.ECB]:
    """Of one block, which an id and the bytes that tell a number from a guess fill: within it, AES is a permutation and needs no mode."""
    return Cipher(algorithms.AES(hmac.digest(secret, b"public number", "sha256")), modes.ECB())  # noqa: S305


def _through(context: CipherContext, block: bytes) -> bytes:
    return context.update(block) + context.finalize()
