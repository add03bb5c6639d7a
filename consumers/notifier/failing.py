"""How a send fails. Messages name kinds and codes alone: never an address, never what a receiver answered."""

from __future__ import annotations

from collections.abc import Collection


class NotTaken(Exception):
    """The receiver did not take it, this time."""


class Never(NotTaken):
    """It will not take this one at any later try either."""


class Ended(NotTaken):
    """There is no such receiver any more: it has left where it was subscribed."""


def taken(status: int, wrong: Collection[int]) -> None:
    """Raise unless an HTTP answer says that it was taken: Never for those of `wrong`, which the same message gets at every later try."""
    if not 200 <= status < 300:
        raise (Never if status in wrong else NotTaken)(f"HTTP {status}")
