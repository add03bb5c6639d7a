"""From the fields of a petition to its event, for those who publish to Kafka without HTTP: pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from producers.intake.requests import Identity, PetitionRequest, content_digest, identify
from schemas.events.tracking import Keys


class Made(NamedTuple):
    """A checked petition that knows who it is; with its sealed contact, what `event_of` takes."""

    request: PetitionRequest
    who: Identity
    digest: str


def checked(fields: Mapping[str, Any]) -> PetitionRequest:
    """As `POST /v1/petitions` checks its body. Raises pydantic.ValidationError, and ValueError for what can be done over HTTP alone."""
    request = PetitionRequest.model_validate(fields, extra="forbid")
    if request.files:
        raise ValueError("files: are uploaded and named over HTTP alone, where their tokens can be checked")
    return request


class Maker:
    """Makes petitions under one secret: `own_channel`'s, or without it the deployment's, from which each channel's follows."""

    def __init__(self, secret: bytes, own_channel: str | None = None) -> None:
        self._codes, self._own = Keys((secret,)), own_channel

    def made(self, fields: Mapping[str, Any], idempotency_key: str | None) -> Made:
        """Raises as `checked` does."""
        request = checked(fields)
        secret = self._codes.secrets[0] if self._own else self._codes.of_channel(request.channel)
        who = identify(secret, request.channel, request.external_id, idempotency_key)
        return Made(request, who, content_digest(secret, request))
