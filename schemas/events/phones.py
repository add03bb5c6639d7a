"""A caller's number, by which his petitions are found again: never itself, only a mark of it under a key of the deployment."""

from __future__ import annotations

import hmac
import re
from typing import Annotated

from pydantic import StringConstraints

from schemas.events.base import Model

Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9 .()-]{6,24}$")]


class OfCaller(Model):
    """`phone`: the caller's number, which his petitions have as their contact."""

    phone: Phone


def plain(phone: str) -> str:
    """As people in Vietnam write it, digits alone: `+84 912 345 678` and `0912.345.678` are the same."""
    digits = re.sub(r"\D", "", phone)
    return f"0{digits[2:]}" if digits.startswith("84") and len(digits) >= 11 else digits


def mark(secret: bytes, phone: str) -> bytes:
    """`secret`: the deployment's oldest, so that a new one changes no mark."""
    return hmac.digest(secret, f"caller\0{plain(phone)}".encode(), "sha256")
