"""What an office has answered lately, by fingerprint, so that one text sent to many petitioners is noticed.

Kept beside the cases in each partition's store (a decision sees its own partition only), under a key that is no petition id.
Each answer is told to all partitions, in the transaction that publishes it: who answers after he has seen an answer's reply is
counted with it. Answers that are on their way at the same moment do not see each other across partitions.
"""

from __future__ import annotations

import msgspec

from streams.case.decide.turn import UsedText

KEPT = 400
"""So many different texts an office's memory holds; those not used for longest go first."""


def texts_key(office: str) -> bytes:
    return f"answers:{office}".encode()


class Text(msgspec.Struct, frozen=True, array_like=True):
    """A text: its fingerprint, until when it counts (ms UTC), and the petitions it answered (the last few)."""

    mark: int
    until: int
    petitions: tuple[str, ...]


class UsedTexts(msgspec.Struct, frozen=True, array_like=True):
    texts: tuple[Text, ...] = ()

    @classmethod
    def decode(cls, stored: bytes | None) -> UsedTexts:
        return _DECODER.decode(stored) if stored is not None else cls()

    def encode(self) -> bytes:
        return _ENCODER.encode(self)

    def others(self, mark: int, petition: str, now: int) -> int:
        """How many other petitions got this text, as far as that still counts."""
        for text in self.texts:
            if text.mark == mark and text.until >= now:
                return sum(other != petition for other in text.petitions)
        return 0

    def with_copy(self, copy: UsedText, now: int) -> UsedTexts:
        before = next((text.petitions for text in self.texts if text.mark == copy.mark and text.until >= now), ())
        rest = tuple(text for text in self.texts if text.mark != copy.mark and text.until >= now)
        answered = (*(other for other in before if other != copy.petition), copy.petition)[-20:]
        return UsedTexts((*rest[1 - KEPT :], Text(copy.mark, copy.until, answered)))


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(UsedTexts)
