"""How a send fails. Messages name kinds and codes alone: never an address, never what a receiver answered."""

from __future__ import annotations


class NotTaken(Exception):
    """The receiver did not take it, this time."""


class Never(NotTaken):
    """It will not take this one at any later try either."""


class Ended(NotTaken):
    """There is no such receiver any more: it has left where it was subscribed."""
