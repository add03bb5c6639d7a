"""Hands the tests out to the processes of pytest-xdist, a whole group at a time.

Its own groups (`--dist loadgroup`) stand in the tests' ids, where pytest 9 no longer lets it write them.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

from tests.grouping import group


class Groups(LoadScopeScheduling):
    """In their order, each to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)
