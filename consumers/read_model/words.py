"""What a case is found by: marks of the words that stand in its events. Pure.

A mark is a keyed hash of one folded word: whoever has the database without the deployment's secret reads nothing in it, and the words
themselves stay where they can be erased. With what longer words begin has marks, too, for who is still typing; and so have the day and the
month in which the case was received, so that a search can go from the newest cases to the oldest and stop when it has enough.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import msgspec

from schemas.events.sealing import OpenValue, Sealing, as_it_is
from schemas.platform.folding import fold
from schemas.platform.instants import HANOI
from schemas.reference import categories, wards

Mark = Callable[[str], int]
"""A word's mark, as PostgreSQL's bigint."""
SAYING = frozenset(
    {
        *("received", "assigned", "information-requested", "information-added", "contributed", "promised"),
        *("answered", "rated", "reopened", "refused"),
    }
)
"""Events in which somebody says something that one may look for; not what a follower added, which goes with him."""
_WORD = re.compile(r"[^\W_]+")
_PHONE = re.compile(r"(?<![\d.,])(?:\+?84|0)(?:[ .-]?\d){8,10}(?!\d)")
_DIGIT = re.compile(r"\d")
_BEGUN = range(3, 7)
"""Of how many letters the beginnings are that have a mark: fewer would find too much, more costs marks and few syllables have them."""
_NUMBER = re.compile(r"\d{5}")
"""In a number of so many digits may be somebody's identity: it is found as a phone number or not at all."""


class _Location(msgspec.Struct):
    address: str | None = None


class _Petition(msgspec.Struct):
    text: str | None = None
    location: _Location | None = None
    media_urls: tuple[str, ...] = ()
    files: tuple[msgspec.Raw, ...] = ()


class _Said(msgspec.Struct):
    """What is read of an event, whatever its type."""

    text: str | None = None
    question: str | None = None
    comment: str | None = None
    reason: str | None = None
    petition: _Petition | None = None
    media_urls: tuple[str, ...] = ()
    files: tuple[msgspec.Raw, ...] = ()


_SAID = msgspec.json.Decoder(_Said)


def _nobody(_path: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Index:
    """How cases become findable. `opened`: an event's JSON with the words in it, where they stand sealed on the record; `is_forgotten`:
    whether the petition with this path in the keyring is, whose case is found by its owner alone."""

    mark: Mark
    opened: OpenValue = as_it_is
    is_forgotten: Callable[[str], bool] = _nobody

    @classmethod
    def of(cls, secrets: Sequence[bytes], sealing: Sealing) -> Index:
        """With the deployment's secrets, the oldest last, and its keys."""
        return cls(marker(secrets), sealing.open_value, sealing.is_forgotten)


def marker(secrets: Sequence[bytes]) -> Mark:
    """Marks under a key that follows from the oldest of the deployment's secrets, so that a new one changes no mark, and opens nothing
    else."""
    key = hmac.digest(secrets[-1], b"words of cases", "sha256")

    @lru_cache(maxsize=100_000)
    def mark(word: str) -> int:
        return int.from_bytes(hashlib.blake2b(word.encode(), key=key, digest_size=8).digest(), signed=True)

    return mark


def said(value: bytes) -> tuple[frozenset[str], bool]:
    """The words of an event's JSON, and whether there are pictures with it; nothing where it cannot be read."""
    try:
        found = _SAID.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return frozenset(), False
    petition = found.petition or _Petition()
    address = petition.location.address if petition.location else None
    texts = (found.text, found.question, found.comment, found.reason, petition.text, address)
    return words_in(" ".join(text for text in texts if text)), any((found.media_urls, found.files, petition.media_urls, petition.files))


def words_in(text: str) -> frozenset[str]:
    """Folded words; phone numbers, however they are written, as `tel:0912345678`."""
    if not _DIGIT.search(text):
        return frozenset(_WORD.findall(fold(text)))
    words = (word for word in _WORD.findall(fold(_PHONE.sub(" ", text))) if not _NUMBER.search(word))
    return frozenset((*words, *phones_in(text)))


def beginnings(words: Iterable[str]) -> frozenset[str]:
    """With what the longer ones begin, as `con*`; not those of numbers and the like."""
    return frozenset(f"{word[:length]}*" for word in words if word.isalpha() for length in _BEGUN if length < len(word))


def begun(text: str) -> tuple[str, frozenset[str]]:
    """Of a text whose last word is still being typed: what surely is looked for, and what finds the words that begin so, itself among them.
    So short that it has no such mark it is a word like others; a single letter behind others says nothing yet."""
    *words, last = text.split() or [""]
    word = fold(last)
    if word.isalpha() and len(word) >= _BEGUN.start:
        return " ".join(words), frozenset({word, f"{word[: _BEGUN.stop - 1]}*"})
    return " ".join(words) if words and len(word) == 1 else text, frozenset()


def spans_of(received_at: datetime) -> tuple[int, int]:
    """The marks of the day and the month (Hanoi's), as -20261128 and -202611: no word's has so few digits."""
    day = received_at.astimezone(HANOI)
    return -int(f"{day:%Y%m%d}"), -int(f"{day:%Y%m}")


def phones_in(text: str) -> Iterator[str]:
    """The phone numbers in a text, each in one form."""
    for found in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        yield f"tel:{'0' + digits[2:] if digits.startswith('84') else digits}"


@lru_cache(maxsize=4096)
def about(category: str, ward_code: str | None) -> frozenset[str]:
    """Words for what and where, as the lists name it."""
    kind, ward = categories().get(category), wards().get(ward_code or "")
    return words_in(" ".join(text for text in (kind and kind.name_vi, ward and ward.full_name_vi) if text))
