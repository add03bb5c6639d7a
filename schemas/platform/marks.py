"""Fingerprints of texts: to know the same words, or the same cause, again without keeping them."""

from __future__ import annotations

import hashlib


def mark64(text: str, *, signed: bool = False) -> int:
    """64 bits, the same for the same text in every process and version; as PostgreSQL's bigint when `signed`.

    Among n texts two different ones share a mark with a probability of about n²/2⁶⁵.
    """
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), signed=signed)
