"""What the classifier works with and what it answers, as structs: they are made and written in a tenth of the time of the models.

`Classification`, `Guess`, `Matter`, `OwnerRule` and `Place` mean what `schemas.events.intake` says; a test holds them to the same fields.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import msgspec

from schemas.events.base import Level
from schemas.events.intake import PetitionKind
from streams.classify.danger.verdict import Danger
from streams.classify.text.typed import Typed

OTHER = "other"
"""The category of what belongs to no other: always for a person."""


class Where(Protocol):
    """What the sender gave of the place, as in `schemas.events.intake.Location`."""

    @property
    def lat(self) -> float | None: ...
    @property
    def long(self) -> float | None: ...
    @property
    def address(self) -> str | None: ...
    @property
    def ward_code(self) -> str | None: ...


class Asked(NamedTuple):
    """What is known of one petition before it is classified. `category` and `urgent` are the sender's own choice; `media`: a picture or
    another file came with it."""

    text: str
    location: Where | None = None
    category: str | None = None
    urgent: bool | None = None
    media: bool = False

    @property
    def says_more(self) -> bool:
        """Something beside the text speaks for a petition."""
        where = self.location
        placed = where is not None and (where.lat is not None or bool(where.address) or bool(where.ward_code))
        return self.media or placed or self.category is not None or bool(self.urgent)


class Guess(msgspec.Struct, frozen=True, gc=False):
    """A category and how likely it is, 0 to 1."""

    category: str
    confidence: float


class Matter(msgspec.Struct, frozen=True, gc=False):
    category: str
    confidence: float
    start: int
    end: int
    office: str | None = None


class Place(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    ward_code: str | None = None
    method: str | None = None
    confidence: float = 0.0
    candidates: tuple[str, ...] = ()
    contradiction: bool = False


NOWHERE = Place()


class OwnerRule(msgspec.Struct, frozen=True, gc=False):
    vi: str
    en: str


class Classification(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    category: str
    confidence: float
    level: Level
    office: str
    triage: bool
    model_version: str
    kind: PetitionKind = PetitionKind.PETITION
    alternatives: tuple[Guess, ...] = ()
    urgent_reasons: tuple[str, ...] = ()
    maybe_urgent: bool = False
    discreet: bool = False
    call: tuple[str, ...] = ()
    place: Place = NOWHERE
    co_offices: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    language: str = "vi"
    understood: float = 1.0
    matters: tuple[Matter, ...] = ()
    owner_rule: OwnerRule | None = None


class Seen(msgspec.Struct, frozen=True, gc=False):
    """What the text alone told. `guesses`: the likeliest categories, best first; `words` speak most for the best; `complex_`: the phrases
    of the complex level."""

    asked: Asked
    text: Typed
    language: str
    understood: float
    words: tuple[str, ...]
    complex_: tuple[str, ...]
    guesses: tuple[Guess, ...]
    kind: PetitionKind
    level: Level
    danger: Danger
