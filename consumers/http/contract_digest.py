"""The calls for the morning digest, as the published contract has them."""

from __future__ import annotations

from datetime import time
from typing import Any

from pydantic import BaseModel, Field

from schemas.events.strings import EmailAddress
from schemas.web.contract import NO_JSON, NO_OFFICE, OFFICE_CODE, Answer, Body, Caller, Operation


class DigestAnswer(BaseModel):
    """`possible`: mails go out at all. `address`: where the caller has it sent; `here`: that of this office, too."""

    possible: bool
    at: time = Field(description="When it goes out on working days (Hanoi's time).")
    domains: list[str] = Field(description="Addresses of these, and of what is below them, are taken.")
    address: str | None
    here: bool


class DigestRequest(BaseModel):
    """`address` null: this office's no more. All of a person's offices go to one address."""

    address: EmailAddress | None


_REFUSALS = (*NO_OFFICE, (403, "person-needed"), (503, "database-unavailable"))
DIGEST = Operation(
    name="getDigest",
    method="GET",
    path="/v1/departments/{code}/digest",
    tag="Offices",
    summary="Whether the caller gets the morning digest, and where.",
    caller=Caller.OFFICE,
    parameters=(OFFICE_CODE,),
    answer=Answer("His wish.", DigestAnswer),
    refusals=_REFUSALS,
)
ASK_DIGEST = Operation(
    name="askForDigest",
    method="POST",
    path="/v1/departments/{code}/digest",
    tag="Offices",
    summary="Have what is late, due, to decide and new in this office sent to one's address of the city, on working days; or no more.",
    caller=Caller.OFFICE,
    parameters=(OFFICE_CODE,),
    body=Body(DigestRequest, {"mail": {"address": "binh@soxd.hanoi.gov.vn"}, "no more": {"address": None}}),
    answer=Answer("Done.", dict[str, Any]),
    refusals=(*_REFUSALS, *NO_JSON, (409, "no-digest"), (422, "no-office-address")),
)
OPERATIONS = (DIGEST, ASK_DIGEST)
