"""Tracking codes: the citizen's key to a petition.

A code is `XXXX-XXXX-XXXX`: eleven characters from 26 that cannot be mistaken for one another (51.7 bits) and a check
character (ISO 7064 mod 27,26: finds every single typing error). The code is the citizen's secret. Offices and topics only ever carry the
petition id, which is a keyed hash of the code, so nobody can go from an id back to a code, and no look-up table is needed.
A matter that was split off is under the same code with `-2` to `-9` behind it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass
from functools import cache

from stdnum.iso7064 import mod_37_36

from schemas.events.topics import CHANNELS

ALPHABET = "23456789ACDEFGHJKMNPRTVWXY"
_LENGTH = 11
_WRITTEN = len("7KMA-2PXD-49RC")
_PARTS = "23456789"
MOST_PARTS = len(_PARTS)
_PETITION_ID = re.compile(r"[0-9a-f]{26}")
_SHARED = re.compile(r"([0-9a-f]{26})-([0-9a-f]{16})")


class BadTrackingCode(ValueError):
    """The text is not a tracking code: wrong length, letters or check character."""


def _from_number(number: int) -> str:
    letters = []
    for _ in range(_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    body = "".join(letters)
    whole = body + mod_37_36.calc_check_digit(body, ALPHABET)
    return "-".join((whole[:4], whole[4:8], whole[8:]))


def new_code() -> str:
    """A fresh random code."""
    return _from_number(secrets.randbits(64) % len(ALPHABET) ** _LENGTH)


def code_for(secret: bytes, channel: str, key: str) -> str:
    """The code for a channel's own id of a petition: the same (channel, key) always gives the same code."""
    digest = hmac.digest(secret, f"code\0{channel}\0{key}".encode(), "sha256")
    return _from_number(int.from_bytes(digest[:16]) % len(ALPHABET) ** _LENGTH)


def of_channels_own(external_id: str) -> str:
    """The key of `code_for` where a channel has an id of its own for the petition; Unicode forms compare equal."""
    return f"external:{unicodedata.normalize('NFC', external_id)}"


def parse(text: str) -> str:
    """Normalise what a person typed (case, spaces, missing dashes); raise BadTrackingCode if it cannot be a code."""
    letters, part = _taken_apart("".join(ch for ch in text.upper() if ch.isalnum()))
    if len(letters) != _LENGTH + 1 or any(ch not in ALPHABET for ch in letters):
        raise BadTrackingCode("a tracking code has 12 letters and digits, like 7KMA-2PXD-49RC")
    if mod_37_36.calc_check_digit(letters[:-1], ALPHABET) != letters[-1]:
        raise BadTrackingCode("the tracking code has a typing error: its check character does not fit")
    code = "-".join((letters[:4], letters[4:8], letters[8:]))
    return with_part(code, int(part)) if part else code


def _taken_apart(letters: str) -> tuple[str, str]:
    """The code, and which part of the petition is meant; of a code alone, none."""
    return (letters[:-1], letters[-1]) if len(letters) == _LENGTH + 2 and letters[-1] in _PARTS else (letters, "")


def with_part(code: str, part: int) -> str:
    """The code of a petition that was split from the one with this code; `part`: from 2 on."""
    return f"{code}-{part}"


def without_part(code: str) -> str:
    """The code as it was handed out: that of the petition from which others were split."""
    return code[:_WRITTEN]


def part_id(petition_id: str, part: int) -> str:
    """The public id of the petition that was split from this one as its `part`-th; the same for everybody, without a secret."""
    return hashlib.sha256(f"part\0{petition_id}\0{part}".encode()).hexdigest()[:26]


def is_petition_id(text: str) -> bool:
    """Whether it could be a petition's id; what could not is not looked for."""
    return bool(_PETITION_ID.fullmatch(text))


def petition_id(secret: bytes, code: str) -> str:
    """The petition's public id: 26 hexadecimal characters, from the code by a keyed hash."""
    handed_out = without_part(code)
    found = hmac.digest(secret, f"petition\0{handed_out}".encode(), "sha256").hex()[:26]
    return part_id(found, int(code[_WRITTEN + 1 :])) if code != handed_out else found


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that follow from the deployment's `secrets`: the first makes what is new, and what was made with a later one, which was
    the first before, holds on for as long as it is named.

    A channel whose own system writes over Kafka has a key of its own: with it, it makes the codes of its own petitions and of no others.
    """

    secrets: tuple[bytes, ...]

    def of_channel(self, channel: str) -> bytes:
        """With which the codes and ids of the channel's petitions are made."""
        return _of_channel(self.secrets[0], channel) if channel in CHANNELS else self.secrets[0]

    def earlier_of_channel(self, channel: str) -> list[bytes]:
        """With which they were made before the secret changed, newest first."""
        return [Keys(self.secrets[number:]).of_channel(channel) for number in range(1, len(self.secrets))]

    def code_of(self, petition_id_: str, channel: str, external_id: str) -> str | None:
        """The code of a petition that its channel named so; None where no secret of ours has made it."""
        key = of_channels_own(external_id)
        codes = ((secret, code_for(secret, channel, key)) for secret in (self.of_channel(channel), *self.earlier_of_channel(channel)))
        return next((code for secret, code in codes if petition_id(secret, code) == petition_id_), None)

    def candidates(self, code: str) -> list[str]:
        """Each id that the code's petition may have: the code does not say whose key made it."""
        own = [_of_channel(secret, channel) for secret in self.secrets for channel in CHANNELS]
        return [petition_id(key, code) for key in (*self.secrets, *own)]

    def shared(self, petition_id: str) -> str:
        """What shows the petition to whoever has it, and lets nobody act: it follows from the id, and no code follows from it."""
        return f"{petition_id}-{_share_mark(self.secrets[0], petition_id)}"

    def petition_of(self, shared: str) -> str | None:
        """The petition that it shows; None for what no secret of ours has made."""
        found = _SHARED.fullmatch(shared)
        if found is None:
            return None
        return found[1] if any(hmac.compare_digest(_share_mark(secret, found[1]), found[2]) for secret in self.secrets) else None


@cache
def _of_channel(secret: bytes, channel: str) -> bytes:
    return hmac.digest(secret, f"channel\0{channel}".encode(), "sha256").hex().encode()


def _share_mark(secret: bytes, petition_id: str) -> str:
    return hmac.digest(secret, f"share\0{petition_id}".encode(), "sha256").hex()[:16]
