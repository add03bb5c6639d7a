"""The calls by which a ward or a street is followed by mail, as the published contract has them."""

from __future__ import annotations

from datetime import time

from pydantic import BaseModel, Field

from consumers.http.public.contract import TAG
from schemas.events.strings import EmailAddress
from schemas.web.contract import NO_JSON, Answer, Body, Operation, Refusal

_AWAY: Refusal = (503, "database-unavailable")


class FollowingAnswer(BaseModel):
    """`possible`: mails go out at all."""

    possible: bool
    at: time = Field(description="When mails go out (Hanoi's time).")
    working_days: bool = Field(description="On working days alone, not on all.")


class FollowRequest(BaseModel):
    """At least one of `ward` and `street`: without a ward the whole street is followed, in all wards that it touches."""

    ward: str | None = Field(None, description="By code.")
    street: str | None = Field(None, description="Only what is shown of this street, by code: its name in small letters without marks.")
    email: EmailAddress


class FollowAnswer(BaseModel):
    """The same whether the address follows the place already: nobody learns who does."""

    state: str = Field(description="`waiting`: for the link in the mail to be followed.")


FOLLOWING = Operation(
    name="getFollowing",
    method="GET",
    path="/v1/public/following",
    tag=TAG,
    summary="Whether a ward or a street can be followed by mail, and when mails go out.",
    answer=Answer("The rules.", FollowingAnswer),
)
FOLLOW = Operation(
    name="followPlace",
    method="POST",
    path="/v1/public/following",
    tag=TAG,
    summary="Have what is new in a ward or a street sent to an address once a day, after the link that is sent there was followed.",
    body=Body(
        FollowRequest,
        {
            "ward": {"ward": "00070", "email": "dan@example.org"},
            "street": {"ward": "00070", "street": "pho-hue", "email": "dan@example.org"},
            "whole street": {"street": "pho-hue", "email": "dan@example.org"},
        },
    ),
    answer=Answer("The question whether was put on its way.", FollowAnswer, status=202),
    refusals=(*NO_JSON, (409, "no-mail"), (429, "too-many-places"), _AWAY),
)
OPERATIONS = (FOLLOWING, FOLLOW)
