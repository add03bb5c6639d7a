"""What a citizen asks for, as the published contract has it."""

from __future__ import annotations

import base64
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from consumers.notifier import guard
from consumers.notifier.policy import CitizensMedium, policy
from schemas.events.strings import Clean, EmailAddress

_PHONE = r"^\+?[0-9 .()-]{6,24}$"


def _called(url: str) -> str:
    if why := guard.mistake(url, inside=False):
        raise PydanticCustomError("push_endpoint", "{why}", {"why": why})
    return url


def _point(key: str) -> str:
    """Of the curve that browsers use: to any other nothing can be encrypted."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64.urlsafe_b64decode(f"{key[:87]}="))
    except ValueError:
        raise PydanticCustomError("push_point", "must be an uncompressed point of P-256") from None
    return key


class BrowserKeys(BaseModel):
    """For whom a message is encrypted (RFC 8291): base64url, 65 and 16 bytes."""

    model_config = ConfigDict(extra="forbid")

    p256dh: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{87}=?$"), AfterValidator(_point)]
    auth: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}(==)?$")]


class BrowserSubscription(BaseModel):
    """`endpoint` and `keys` as a browser's `PushSubscription.toJSON()` has them."""

    model_config = ConfigDict(extra="forbid")

    endpoint: Annotated[str, StringConstraints(max_length=2048), Clean, AfterValidator(_called)]
    keys: BrowserKeys


class Subscription(BaseModel):
    """News of a petition to an address; without `notices` all of them."""

    model_config = ConfigDict(extra="forbid")

    medium: CitizensMedium
    email: EmailAddress | None = None
    phone: Annotated[str, StringConstraints(strip_whitespace=True, pattern=_PHONE)] | None = None
    subscription: BrowserSubscription | None = None
    notices: frozenset[str] = Field(default_factory=lambda: frozenset(policy().notices))

    @model_validator(mode="after")
    def _fits(self) -> Subscription:
        if not self.address:
            raise ValueError("needs the address of its medium: email, phone, or a browser's subscription")
        if not self.notices or self.notices - policy().notices.keys():
            raise ValueError(f"notices are some of {', '.join(policy().notices)}")
        return self

    @property
    def address(self) -> str:
        """As the notifier keeps it."""
        if self.medium == "webpush":
            return self.subscription.model_dump_json() if self.subscription else ""
        return (self.email if self.medium == "email" else self.phone) or ""
