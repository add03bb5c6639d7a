"""Whom this process trusts when it calls others over TLS."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def authorities() -> ssl.SSLContext:
    """For `verify` of every client of httpx, which would read all certificates anew for each: longer than most calls take."""
    return httpx.create_ssl_context()
