"""Instants as people in Hanoi write them."""

from __future__ import annotations

from datetime import datetime

from schemas.platform.clock import HANOI


def local(instant: str | None) -> str:
    """An ISO instant in Hanoi's time, like `17:30 05/12/2025`; a dash for none."""
    return datetime.fromisoformat(instant).astimezone(HANOI).strftime("%H:%M %d/%m/%Y") if instant else "—"
