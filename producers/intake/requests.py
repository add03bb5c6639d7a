"""What a channel hands in, and how it becomes an event: pure, no Kafka, no clock, no database."""

from __future__ import annotations

import secrets as random
from dataclasses import dataclass
from typing import Annotated

from pydantic import AnyHttpUrl, Field, StringConstraints, model_validator

from producers.kafka.publisher import Outgoing
from schemas.events import tracking
from schemas.events.base import CategoryCode, Model, Text
from schemas.events.catalogue import SUBMITTED
from schemas.events.envelope import Envelope, derived_id, headers
from schemas.events.intake import Channel, ExternalId, Location, PetitionSubmitted
from schemas.platform.clock import to_datetime

SOURCE = "producers/intake"


class Contact(Model):
    """Personal data: never written to a topic, a log or an error message in the clear."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] | None = None
    phone: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9 .()-]{6,24}$")] | None = None
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None = None

    @model_validator(mode="after")
    def _something(self) -> Contact:
        if not (self.name or self.phone or self.email):
            raise ValueError("needs a name, a phone number or an e-mail address")
        return self


class PetitionRequest(Model):
    """The body of `POST /v1/petitions`."""

    channel: Channel
    external_id: ExternalId | None = None
    text: Text
    location: Location | None = None
    contact: Contact | None = None
    media_urls: tuple[AnyHttpUrl, ...] = Field(default=(), max_length=20)
    category: CategoryCode | None = None
    urgent: bool | None = None


class WebPetition(Model):
    """The body of `POST /petitions`, from the page: its channel is not the sender's to choose."""

    text: Text
    location: Location | None = None
    contact: Contact | None = None
    media_urls: tuple[AnyHttpUrl, ...] = Field(default=(), max_length=20)

    def of_channel(self, channel: str) -> PetitionRequest:
        return PetitionRequest.model_construct(
            channel=channel,
            external_id=None,
            text=self.text,
            location=self.location,
            contact=self.contact,
            media_urls=self.media_urls,
            category=None,
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


def identify(secret: bytes, channel: str, external_id: str | None, idempotency_key: str | None) -> Identity:
    """The channel's own id decides, else the key; without both a random key is made, so that even then a call can be repeated."""
    key = idempotency_key or random.token_urlsafe(16)
    scoped = f"external:{external_id}" if external_id is not None else f"key:{key}"
    code = tracking.code_for(secret, channel, scoped)
    return Identity(tracking.petition_id(secret, code), code, key)


def event_of(request: PetitionRequest, who: Identity, contact_sealed: str | None, now_ms: int) -> Outgoing:
    """The event `submitted`. The request is checked already, so its values are taken over as they are."""
    now = to_datetime(now_ms)
    data = PetitionSubmitted.model_construct(
        petition_id=who.petition_id,
        channel=request.channel,
        external_id=request.external_id,
        text=request.text,
        location=request.location,
        contact_sealed=contact_sealed,
        media_urls=request.media_urls,
        category=request.category,
        urgent=request.urgent,
        submitted_at=now,
    )
    return Outgoing(
        SUBMITTED.topic.name,
        SUBMITTED.type,
        who.petition_id.encode(),
        data.model_dump_json(exclude_none=True).encode(),
        headers(Envelope(who.ce_id, SOURCE, SUBMITTED.type, who.petition_id, now)),
    )
