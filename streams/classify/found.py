"""What the classifier works with and what it answers, as structs: they are made and written in a tenth of the time of the models.

`Classification`, `Guess` and `Place` mean what `schemas.events.intake` says of them; a test holds the fields and the JSON to be the same.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import msgspec

from schemas.events.base import Level
from schemas.events.intake import PetitionKind
from streams.classify.danger.lexicon import Hits
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
    """What is known of one petition before it is classified. `category` and `urgent` are the sender's own choice."""

    text: str
    location: Where | None = None
    category: str | None = None
    urgent: bool | None = None


class Guess(msgspec.Struct, frozen=True, gc=False):
    """A category and how likely it is, 0 to 1."""

    category: str
    confidence: float


class Place(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    ward_code: str | None = None
    method: str | None = None
    confidence: float = 0.0
    candidates: tuple[str, ...] = ()
    contradiction: bool = False


NOWHERE = Place()


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
    place: Place = NOWHERE
    co_offices: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


class Seen(msgspec.Struct, frozen=True, gc=False):
    """What the text alone told. `guesses`: the likeliest categories, best first; `words` speak most for the best. `danger`: the text
    itself says it is urgent, by its `danger_words`."""

    asked: Asked
    text: Typed
    language: str
    words: tuple[str, ...]
    hits: Hits
    guesses: tuple[Guess, ...]
    kind: PetitionKind
    level: Level
    danger: bool
    danger_words: tuple[str, ...]
