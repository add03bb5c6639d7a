"""Reads counters from a role's /metrics."""

from __future__ import annotations

import asyncio
import re
import urllib.request

_LINE = re.compile(r"^(\w+)(?:\{([^}]*)\})? (\S+)$", re.MULTILINE)


def parse(page: str, name: str) -> float:
    """The sum of a metric over all its labels."""
    return sum(float(value) for found, _, value in _LINE.findall(page) if found == name)


async def page(url: str) -> str:
    """The page; empty while the role does not answer."""
    return await asyncio.to_thread(_get, url)


def _get(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return str(response.read().decode())
    except OSError:
        return ""
