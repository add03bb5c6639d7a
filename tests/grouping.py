"""Which tests run in one process of `make test`, so that what takes long to start is started once."""

from __future__ import annotations

INSTANCE = (
    *("tests/system/", "tests/pages/", "tests/incidents/", "tests/mail/", "tests/trust/"),
    *("tests/cluster/test_as_started.py", "tests/cluster/test_rehearsal.py", "tests/files/test_whole_way.py"),
)
"""Whose tests share a whole instance (one that is not named here works as well, and may start another)."""
LONG = (
    *("instance", "consumers", "simulation", "engine", "deploy", "chaos", "cluster", "simulate"),
    *("notifier", "producers", "schemas", "case", "desk"),
)
"""Which take long: the longest one first, so that both processes end at about the same time."""


def group(nodeid: str) -> str:
    """Those that share the instance, else a folder's."""
    return "instance" if nodeid.startswith(INSTANCE) else nodeid.split("/")[1]


def rank(nodeid: str) -> int:
    """The groups that take longest come first; within a group nothing changes its place."""
    found = group(nodeid)
    return LONG.index(found) if found in LONG else len(LONG)
