"""Events on `petitions.intake` and `petitions.classified`: a petition before it is a case."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from schemas.events.base import CategoryCode, Level, Model, OfficeCode, PersonId, PetitionId, Text, WardCode
from schemas.events.files import Files
from schemas.events.strings import Clean, Link

Channel = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,31}$")]
SANDBOX: Channel = "sandbox"
"""The channel for trying out: its petitions go the whole way, but to no office, into no figure, and nobody can act on them."""
SPLIT_CHANNEL: Channel = "split"
"""No channel's: of petitions that the city itself split from another."""
HOTLINE: Channel = "hotline"
"""Of petitions that a person at the hotline enters for a caller."""
CallLine = Annotated[str, StringConstraints(pattern=r"^[0-9]{3,12}$")]
ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=200), Clean]

# Hanoi's bounding box with a margin of about 2 km.
LAT_MIN, LAT_MAX, LONG_MIN, LONG_MAX = 20.54, 21.41, 105.26, 106.05


class Location(Model):
    """Where it happened. Degrees, WGS 84; a point outside Hanoi is refused."""

    lat: Annotated[float, Field(ge=LAT_MIN, le=LAT_MAX)] | None = None
    long: Annotated[float, Field(ge=LONG_MIN, le=LONG_MAX)] | None = None
    address: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), Clean] | None = None
    ward_code: WardCode | None = None

    @property
    def is_given(self) -> bool:
        """Not empty."""
        return any(part not in (None, "") for part in (self.lat, self.long, self.address, self.ward_code))


class PetitionSubmitted(Model):
    """A petition as it came in. `contact_sealed` is the petitioner's contact, encrypted under this petition's own key.

    The text may be empty where a picture or a place speaks for itself.
    """

    petition_id: PetitionId
    channel: Channel
    external_id: ExternalId | None = None
    text: Text
    location: Location | None = None
    contact_sealed: Annotated[str, Clean] | None = None
    media_urls: tuple[Link, ...] = Field(default=(), max_length=20)
    files: Files = ()
    category: CategoryCode | None = None
    urgent: bool | None = None
    submitted_at: AwareDatetime
    content_digest: Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")] | None = None
    """A keyed fingerprint of what was handed in (not of the contact): the same id with another one is another petition."""
    taken_by: PersonId | None = None
    """Who entered it, where a person does so for somebody else."""

    @model_validator(mode="after")
    def _says_something(self) -> PetitionSubmitted:
        if not (self.text or self.media_urls or self.files or (self.location and self.location.is_given)):
            raise PydanticCustomError("too_little", "text: says nothing, and there is neither a picture nor a place")
        return self


PERSONAL = frozenset({"contact_sealed", "external_id"})
"""Fields of a petition that no office gets with it: the petitioner's sealed contact, and its id in the channel."""


class PetitionKind(StrEnum):
    """What the text is. Only `petition` becomes ordinary work; the others are recognised and answered in their own way."""

    PETITION = "petition"
    COMPLAINT = "complaint"  # khiếu nại: under its own law
    DENUNCIATION = "denunciation"  # tố cáo: under its own law
    EMERGENCY = "emergency"  # belongs to 113, 114 or 115 at once
    SPAM = "spam"
    TEST = "test"
    THANKS = "thanks"
    ABUSE = "abuse"


class Guess(Model):
    category: CategoryCode
    confidence: Annotated[float, Field(ge=0, le=1)]


class Place(Model):
    """Where the classifier thinks it happened, and how it knows (`coordinates`, `ward-name`, `old-name`, `street`, `given`)."""

    ward_code: WardCode | None = None
    method: str | None = None
    confidence: Annotated[float, Field(ge=0, le=1)] = 0.0
    candidates: tuple[WardCode, ...] = ()
    contradiction: bool = False


class Matter(Model):
    """Another matter in the same text: a proposal to make a petition of it. Characters `start` to `end` of the text tell of it."""

    category: CategoryCode
    confidence: Annotated[float, Field(ge=0, le=1)]
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]
    office: OfficeCode | None = None
    """Whose it would be; None: a person must say."""


class OwnerRule(Model):
    """The rule by which it goes to this office, with its source, for everybody to read."""

    vi: str
    en: str


class Classification(Model):
    """What the classifier decided and why, in words that a dispatcher can check."""

    kind: PetitionKind = PetitionKind.PETITION
    category: CategoryCode
    confidence: Annotated[float, Field(ge=0, le=1)]
    alternatives: tuple[Guess, ...] = ()
    level: Level
    urgent_reasons: tuple[str, ...] = ()
    maybe_urgent: bool = False
    """The text may be about danger, not surely: it is urgent until a person has looked, and the first that one looks at."""
    discreet: bool = False
    """About a person's own distress (self-harm, violence at home): reasons do not tell of it, and open lists should not show the text."""
    call: tuple[CallLine, ...] = ()
    """Numbers that the citizen should call at once, the likeliest first."""
    place: Place = Place()
    office: OfficeCode
    co_offices: tuple[OfficeCode, ...] = ()
    triage: bool
    """True: a person sorts it first; `office` is then the triage office."""
    reasons: tuple[str, ...] = ()
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "vi"
    """Of the text, ISO 639-1: the citizen is answered in it where there are texts for it."""
    understood: Annotated[float, Field(ge=0, le=1)] = 1.0
    """The share of the text's letters in words that the model knows; with little of it a person reads, whatever the confidence."""
    matters: tuple[Matter, ...] = ()
    """What else the text is about, in the order of the text. The main matter decides where it goes."""
    owner_rule: OwnerRule | None = None
    """Why this office. In triage: whose it would be, if a person agrees."""
    model_version: str


class PetitionClassified(Model):
    petition: PetitionSubmitted
    classification: Classification
