"""The whole instance, and the people who use it."""

from __future__ import annotations

from tests.system.conftest import city

__all__ = ["city"]
