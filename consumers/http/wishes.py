"""What a citizen asks for, as the published contract has it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from consumers.notifier.policy import policy
from schemas.events.strings import EMAIL

_PHONE = r"^\+?[0-9 .()-]{6,24}$"


class Subscription(BaseModel):
    """News of a petition to an address; without `notices` all of them."""

    model_config = ConfigDict(extra="forbid")

    medium: Literal["email", "sms", "zalo"]
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=EMAIL)] | None = None
    phone: Annotated[str, StringConstraints(strip_whitespace=True, pattern=_PHONE)] | None = None
    notices: frozenset[str] = Field(default_factory=lambda: frozenset(policy().notices))

    @model_validator(mode="after")
    def _fits(self) -> Subscription:
        if not self.address:
            raise ValueError("needs the address of its medium: email, or phone")
        if not self.notices or self.notices - policy().notices.keys():
            raise ValueError(f"notices are some of {', '.join(policy().notices)}")
        return self

    @property
    def address(self) -> str:
        return (self.email if self.medium == "email" else self.phone) or ""
