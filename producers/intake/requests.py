"""What a channel hands in, and how it becomes an event: pure, no Kafka, no clock, no database."""

from __future__ import annotations

import hmac
import secrets as random
import unicodedata
from dataclasses import dataclass
from typing import Annotated

import orjson
from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from producers.files.claims import Claims
from producers.kafka.publisher import Outgoing
from schemas.events import tracking
from schemas.events.base import CategoryCode, Model, Text
from schemas.events.catalogue import SUBMITTED
from schemas.events.envelope import Envelope, derived_id, headers
from schemas.events.files import FileRef, plain
from schemas.events.intake import Channel, ExternalId, Location
from schemas.events.phones import Phone
from schemas.events.strings import LETTERS_AT_LEAST, Clean, EmailAddress, Link, says_enough
from schemas.platform.clock import to_datetime

SOURCE = "producers/intake"


class Contact(Model):
    """Personal data: never written to a topic, a log or an error message in the clear."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Clean] | None = None
    phone: Phone | None = None
    email: Annotated[EmailAddress, Clean] | None = None
    notices: bool | None = None
    """Whether news of the petition shall be sent there; only by the petitioner's own word."""

    @model_validator(mode="after")
    def _something(self) -> Contact:
        if not (self.name or self.phone or self.email):
            raise ValueError("needs a name, a phone number or an e-mail address")
        return self


class _Said(Model):
    """What a petitioner hands in, whichever way: words, or a picture or a place that speaks for itself."""

    location: Location | None = None
    contact: Contact | None = None
    media_urls: tuple[Link, ...] = Field(default=(), max_length=20)
    files: Claims = ()
    text: Text = Field(default="", validate_default=True)

    @field_validator("text")
    @classmethod
    def _enough(cls, text: str, info: ValidationInfo) -> str:
        place = info.data.get("location")
        shown = info.data.get("media_urls") or info.data.get("files")
        if not says_enough(text) and not (shown or (place and place.is_given)):
            raise PydanticCustomError("too_little", "needs at least {ge} letters, or a picture or place", {"ge": LETTERS_AT_LEAST})
        return text


class PetitionRequest(_Said):
    """The body of `POST /v1/petitions`."""

    channel: Channel
    external_id: ExternalId | None = None
    category: CategoryCode | None = None
    urgent: bool | None = None


class WebPetition(_Said):
    """The body of `POST /petitions`, from the page: its channel is not the sender's to choose. `category`: what he says it is about."""

    category: CategoryCode | None = None

    def of_channel(self, channel: str) -> PetitionRequest:
        """The request, of a channel for which the server speaks."""
        return PetitionRequest.model_construct(
            channel=channel,
            external_id=None,
            text=self.text,
            location=self.location,
            contact=self.contact,
            media_urls=self.media_urls,
            category=self.category,
            files=self.files,
            urgent=None,
        )


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a petition is. `retry_key`: repeat the call with it as Idempotency-Key and it is the same petition again."""

    petition_id: str
    tracking_code: str
    retry_key: str

    @property
    def ce_id(self) -> str:
        return derived_id(self.petition_id, "submitted")


def identify(secret: bytes, channel: str, external_id: str | None, idempotency_key: str | None, client: str = "") -> Identity:
    """The channel's own id decides, else the key; without both a random key is made, so that even then a call can be repeated.

    `client`: who of the channel made up the key, where the channel is open to everybody; the same key of another is another petition.
    """
    key = idempotency_key or random.token_urlsafe(16)
    own = f"key:{key}" if not client else f"client:{client}\0{key}"
    scoped = tracking.of_channels_own(external_id) if external_id is not None else own
    code = tracking.code_for(secret, channel, scoped)
    return Identity(tracking.petition_id(secret, code), code, key)


def content_digest(secret: bytes, request: PetitionRequest) -> str:
    """A keyed fingerprint of all that was handed in but the contact, of which nothing may stay when it is erased.

    Unicode forms compare equal: what two keyboards write for the same letters is the same content.
    """
    said = request.model_dump_json(include=_CONTENT, exclude_none=True) + "".join(f"\0{one.id}" for one in request.files)
    return hmac.digest(secret, f"content\0{unicodedata.normalize('NFC', said)}".encode(), "sha256").hex()[:32]


_CONTENT = {"text", "location", "media_urls", "category", "urgent"}


def event_of(
    request: PetitionRequest,
    who: Identity,
    digest: str,
    contact_sealed: str | None,
    now_ms: int,
    *,
    files: tuple[FileRef, ...] = (),
    taken_by: str | None = None,
) -> Outgoing:
    """The event `submitted`, as its model would write it: the request is checked already. `digest`: `content_digest`;
    `files`: what the request's claims stand for; `taken_by`: the person who enters it for somebody."""
    now = to_datetime(now_ms)
    said = {
        "petition_id": who.petition_id,
        "channel": request.channel,
        "external_id": request.external_id,
        "text": request.text,
        "location": request.location and request.location.model_dump(exclude_none=True),
        "contact_sealed": contact_sealed,
        "media_urls": [str(link) for link in request.media_urls],
        "files": plain(files),
        "category": request.category,
        "urgent": request.urgent,
        "submitted_at": now,
        "content_digest": digest,
        "taken_by": taken_by,
    }
    return Outgoing(
        SUBMITTED.topic.name,
        SUBMITTED.type,
        who.petition_id.encode(),
        orjson.dumps({name: value for name, value in said.items() if value is not None}, option=orjson.OPT_UTC_Z),
        headers(Envelope(who.ce_id, SOURCE, SUBMITTED.type, who.petition_id, now)),
    )
