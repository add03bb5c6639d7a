"""Was the pipeline away? Each partition keeps, in its own store, when the stage is known to have run for it.

While it runs a timer renews that every now and then (`every`), so that silence for longer than the tolerance means absence: of the
process, of its machine or of its broker. Timers that fell into the absence are late through no fault of an office.
"""

from __future__ import annotations

import msgspec

from streams.case.policy.book import Book

PRESENCE_KEY = b"presence"
"""No petition's id: it stands beside the cases of each partition's store."""
_SHARE = 10


class Presence(msgspec.Struct, frozen=True, array_like=True):
    """`seen`: the last instant at which the stage is known to have run. `away`: its latest absence, from and until. All ms UTC."""

    seen: int
    away: tuple[int, int] | None = None

    @classmethod
    def decode(cls, stored: bytes) -> Presence:
        """Raise msgspec.ValidationError if the bytes are none."""
        return _DECODER.decode(stored)

    def encode(self) -> bytes:
        return _ENCODER.encode(self)

    def at(self, now: int, tolerance: int) -> Presence:
        """What a step at `now` knows: a silence beyond `tolerance` (ms) was an absence, and has ended."""
        return Presence(now, (self.seen, now)) if now - self.seen > tolerance else self

    def renewed(self, now: int) -> Presence:
        """It runs at `now`."""
        return Presence(now, self.away)


def tolerance_of(book: Book, at_least: int) -> int:
    """How long silence may last (ms): the strictest of the policies in force, but no shorter than `at_least` (scaled clocks)."""
    return max(at_least, min(policy.outage_tolerance_ms for policy in book.versions.values()))


def every(tolerance: int) -> int:
    """How often a running stage says so (ms): often enough that a working one is never taken for an absent one."""
    return max(1, tolerance // _SHARE)


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Presence)
