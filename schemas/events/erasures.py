"""Who was forgotten: what is noted on `petitions.erasures`, and kept in lists of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Forgotten:
    """`path`: the petition's key in the keyring; empty where only the contact was erased, as earlier releases did."""

    petition_id: str
    path: str
    at: datetime

    @property
    def value(self) -> bytes:
        """As it stands on the topic, under the petition's id."""
        return json.dumps({"erased_at": self.at.isoformat(), "key": self.path}).encode()

    @classmethod
    def read(cls, petition_id: str, value: bytes) -> Forgotten:
        """Raise ValueError, KeyError."""
        found = json.loads(value)
        return cls(petition_id, found.get("key", ""), datetime.fromisoformat(found["erased_at"]))
