"""What the classifier works with between its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from schemas.events.base import Level
from schemas.events.intake import Location, PetitionKind, PetitionSubmitted
from streams.classify.danger.lexicon import Hits
from streams.classify.model.terms import Typed

OTHER = "other"
"""The category of what belongs to no other: always for a person."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of one petition before it is classified. `category` and `urgent` are the sender's own choice."""

    text: str
    location: Location | None = None
    category: str | None = None
    urgent: bool | None = None

    @classmethod
    def of(cls, petition: PetitionSubmitted) -> Asked:
        return cls(petition.text, petition.location, petition.category, petition.urgent)


class Chance(NamedTuple):
    """A category and how likely it is, 0 to 1."""

    category: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What the text alone told. `guesses`: the likeliest categories, best first; `words` speak most for the best. `danger`: the text
    itself says it is urgent, by its `danger_words`."""

    asked: Asked
    text: Typed
    words: tuple[str, ...]
    hits: Hits
    guesses: tuple[Chance, ...]
    kind: PetitionKind
    level: Level
    danger: bool
    danger_words: tuple[str, ...]
