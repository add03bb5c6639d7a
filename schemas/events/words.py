"""Where people's own words stand in events and in what is shown of them, and how somebody else than the responsible office gets them."""

from __future__ import annotations

from typing import Any

import msgspec

from schemas.events import wire
from schemas.events.wire import CaseEvent
from schemas.platform.masking import masked
from schemas.reference import TRIAGE_OFFICE
from schemas.reference.texts import Language

WORDS = frozenset({"address", "answer_cause", "comment", "question", "reason", "reasons", "right_address", "text", "urgent_reasons"})
"""Fields in which people write freely, or in which what they wrote is quoted; at any depth."""


def mask_words(found: Any, lang: Language = "vi") -> Any:
    """The same JSON, personal data masked in its `WORDS`; ids, codes, instants and links stay as they are."""
    if isinstance(found, dict):
        return {name: masked(value, lang) if name in WORDS else mask_words(value, lang) for name, value in found.items()}
    if isinstance(found, list):
        return [mask_words(value, lang) for value in found]
    return found


def for_office(office: str, value: bytes, event: CaseEvent[msgspec.Raw], owner: str | None) -> bytes:
    """An event's JSON as an office's queue gets it: never the petitioner's contact, and masked unless the office owns the case."""
    kept = wire.without_personal_data(value, event)
    if office == (owner or TRIAGE_OFFICE):
        return kept
    return msgspec.json.encode(mask_words(msgspec.json.decode(kept)))
