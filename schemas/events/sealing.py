"""People's words on the record that is kept for ever: sealed with their petition's key, so that they can be erased.

In an event, in its petition, its classification and its `detail`, the fields in which people write or are found become one field,
`sealed`: `v1.`, the key's path, `.`, and base64url of their JSON under AES-GCM-SIV (RFC 8452). There is no chance in it: the same words
of a petition are the same bytes, whoever computes them again. All else stays readable, so that states, deadlines and figures need no key.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from schemas.platform.keyring import KeyringFile
from schemas.platform.settings import KeyringSettings

SEALED = "sealed"
OF_EVENT = frozenset({"reason", "text", "question", "comment", "right_address", "answer_cause", "media_urls", "evidence_urls", "files"})
PARTS: Mapping[str, frozenset[str]] = {
    "petition": frozenset({"text", "external_id", "location", "contact_sealed", "media_urls", "files"}),
    "classification": frozenset({"reasons", "urgent_reasons"}),
    "detail": OF_EVENT,
}
"""Which fields of an event's parts are words; `OF_EVENT`: which of the event itself."""
_NONCE = bytes(12)
"""One for all: under this mode it tells no more than whether two texts of a petition are the same."""
# In JSON a quotation mark within a text is escaped: this can only be a field.
_FIELD = re.compile(rb'"sealed":"v1\.([0-9a-f]+)\.([A-Za-z0-9_=-]+)"')
_TEXT = re.compile(r"v1\.([0-9a-f]+)\.([A-Za-z0-9_=-]+)")
_NOTHING = b'"sealed":null'
_EMPTY = (b"null", b"[]", b'""')
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
        sealed = _TEXT.fullmatch(fields.get(SEALED) or "")
        words = self._opened(sealed[1], sealed[2]) if sealed else b""
        return found | msgspec.json.decode(words) if words else found

    def open_value(self, value: bytes) -> bytes:
        """The same for an event's JSON, at stream speed; the value itself where nothing is sealed."""
        return _FIELD.sub(self._in_its_place, value) if b'"sealed":"' in value else value

    def _in_its_place(self, found: re.Match[bytes]) -> bytes:
        return self._opened(found[1].decode(), found[2])[1:-1] or _NOTHING

    def _opened(self, path: str, sealed: str | bytes) -> bytes:
        """The words as a JSON object; empty when the key was destroyed, or is another deployment's."""
        cipher = self._keys.cipher(path)
        if cipher is None:
            return b""
        try:
            return cipher.decrypt(_NONCE, base64.urlsafe_b64decode(sealed), None)
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


def _seal(cipher: AESGCMSIV | None, path: str, fields: Fields, words: frozenset[str]) -> Fields:
    fields.pop(SEALED, None)  # nobody seals but us
    said = {name: fields.pop(name) for name in words & fields.keys()}
    said = {name: said[name] for name in sorted(said) if _says_something(said[name])}
    if said and cipher is not None:
        words_sealed = base64.urlsafe_b64encode(cipher.encrypt(_NONCE, _encode(said), None)).decode()
        fields[SEALED] = f"v1.{path}.{words_sealed}"
    return fields


def _says_something(value: Any) -> bool:
    return bytes(value) not in _EMPTY if isinstance(value, msgspec.Raw) else bool(value)
