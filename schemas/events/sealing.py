"""People's words on the record that is kept for ever: sealed with their petition's key, so that they can be erased.

In an event, in its petition, its classification and its `detail`, the fields in which people write or are found become one field,
`sealed`: `v1.`, the key's path, `.`, and base64url of their JSON under AES-GCM-SIV (RFC 8452). There is no chance in it: the same words
of a petition are the same bytes, whoever computes them again. All else stays readable, so that states, deadlines and figures need no key.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from schemas.platform.keyring import KeyringFile
from schemas.platform.settings import KeyringSettings

SEALED = "sealed"
OF_EVENT = ("answer_cause", "comment", "evidence_urls", "files", "media_urls", "question", "reason", "right_address", "text")
PARTS: Mapping[str, tuple[str, ...]] = {
    "petition": ("contact_sealed", "external_id", "files", "location", "media_urls", "text"),
    "classification": ("reasons", "urgent_reasons"),
    "detail": OF_EVENT,
}
"""Which fields of an event's parts are words; `OF_EVENT`: which of the event itself. In the order in which they are sealed."""
_NONCE = bytes(12)
"""One for all: under this mode it tells no more than whether two texts of a petition are the same."""
_V1 = "v1."
# In JSON a quotation mark within a text is escaped: this can only begin a field.
_BEGIN = f'"{SEALED}":"{_V1}'.encode()
_NOTHING = b'"sealed":null'
_EMPTY = (b"null", b"[]", b'""')
# By `binascii`: `base64` makes two copies and three calls of it, on the hot path of all who read the record.
_TO_URL, _FROM_URL = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")
_encode = msgspec.json.Encoder().encode
_raw = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
Fields = dict[str, Any]
OpenValue = Callable[[bytes], bytes]
"""Puts the words into an event's JSON (`Sealing.open_value`)."""


class Keys(Protocol):
    """`schemas.platform.keyring.Keyring`, or the file of one."""

    def key(self, path: str) -> bytes | None:
        """None when it was destroyed."""
        ...

    def cipher(self, path: str) -> AESGCMSIV | None:
        """None when the key was destroyed."""
        ...


class Sealing:
    """Seals and opens with the keys of one deployment."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def seal(self, path: str, event: Fields) -> Fields:
        """An event's fields with its words sealed; without them when the key was destroyed. Parts may be raw JSON."""
        cipher = self._keys.cipher(path)
        for name, words in PARTS.items():
            if event.get(name) is not None:
                event[name] = _seal(cipher, path, _fields(event[name]), words)
        return _seal(cipher, path, event, OF_EVENT)

    def is_forgotten(self, path: str) -> bool:
        """Whether the key was destroyed."""
        return self._keys.cipher(path) is None

    def open(self, fields: Any) -> Any:
        """Fields of an event, or of a part of one, with the words in their places; without them when the key was destroyed."""
        if not isinstance(fields, dict):
            return fields
        found = {name: self.open(value) if name in PARTS else value for name, value in fields.items() if name != SEALED}
        sealed = fields.get(SEALED)
        words = self._words(sealed[len(_V1) :].encode()) if isinstance(sealed, str) and sealed.startswith(_V1) else b""
        return found | msgspec.json.decode(words) if words else found

    def open_value(self, value: bytes) -> bytes:
        """The same for an event's JSON or that of a part of it, at stream speed; the value itself where nothing is sealed.

        Whoever needs the words of one part opens that part alone."""
        clear, *rest = value.split(_BEGIN)
        return b"".join((clear, *map(self._in_its_place, rest))) if rest else value

    def _in_its_place(self, rest: bytes) -> bytes:
        sealed, _, clear = rest.partition(b'"')
        return (self._words(sealed)[1:-1] or _NOTHING) + clear

    def _words(self, sealed: bytes) -> bytes:
        """The words as a JSON object; empty when the key was destroyed, or is another deployment's. `sealed`: what follows the version."""
        path, _, words = sealed.partition(b".")
        try:
            cipher = self._keys.cipher(path.decode())
            return b"" if cipher is None else cipher.decrypt(_NONCE, binascii.a2b_base64(words.translate(_FROM_URL)), None)
        except (InvalidTag, ValueError):
            return b""


def sealing(settings: KeyringSettings) -> Sealing:
    """With the deployment's keyring. Raise NoKeyring."""
    return Sealing(KeyringFile(settings.keyring_file))


def as_it_is(value: bytes) -> bytes:
    """For what is not sealed: an `OpenValue`."""
    return value


def _fields(part: Any) -> Fields:
    return _raw(part) if isinstance(part, msgspec.Raw) else dict(part)


def _seal(cipher: AESGCMSIV | None, path: str, fields: Fields, words: Sequence[str]) -> Fields:
    fields.pop(SEALED, None)  # nobody seals but us
    said = {name: value for name in words if name in fields and _says_something(value := fields.pop(name))}
    if said and cipher is not None:
        words_sealed = binascii.b2a_base64(cipher.encrypt(_NONCE, _encode(said), None), newline=False).translate(_TO_URL)
        fields[SEALED] = f"{_V1}{path}.{words_sealed.decode()}"
    return fields


def _says_something(value: Any) -> bool:
    return bytes(value) not in _EMPTY if isinstance(value, msgspec.Raw) else bool(value)
