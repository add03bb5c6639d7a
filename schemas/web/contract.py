"""What a call over HTTP takes, gives and refuses, said once: its route is made from it, and so is the published contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, Field
from starlette.routing import Route

from schemas.reference.texts import LANGUAGES
from schemas.web.endpoint import Handler

Json = dict[str, Any]


class Caller(StrEnum):
    """Who may call, by what he shows; the names of the contract's security schemes."""

    INTAKE_APP = "intake-key"
    OFFICE = "office-token"


class BrokenField(BaseModel):
    """A field or parameter of the request that breaks a rule."""

    field: str = Field(description="A parameter's name, or a dotted path into the body.", examples=["location.lat"])
    rule: str = Field(description="Which rule, for programs.", examples=["greater_than_equal"])
    message: str = Field(description="The rule in words, in the caller's language.")


class ProblemDetails(BaseModel):
    """Why a request was refused (RFC 9457), in Vietnamese or English as the caller asked."""

    type: str = Field(description="A URN that ends with the code.")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    code: str = Field(description="Which problem, for programs.")
    fields: list[BrokenField] | None = Field(None, description="There only when fields are to blame.")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `schema`: JSON Schema of its value. Parts of the path are always required."""

    name: str
    what: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    where: Literal["query", "path", "header"] = "query"
    example: Any = None


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent: a model or another type that pydantic knows, with an example by name. `closed`: other fields are refused."""

    model: Any
    examples: Mapping[str, Any]
    media_types: Sequence[str] = ("application/json",)
    closed: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back when all is well. `model` None: no JSON, its form is said in `what`; no `media_types`: no body."""

    what: str
    model: Any = None
    status: int = 200
    media_types: Sequence[str] = ("application/json",)


Refusal = tuple[int, str]
"""A status, and the code of a problem in `problems.toml`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path. `name` is unique; `refusals` are those that a caller can do something about: any may get others."""

    name: str
    method: Literal["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"]
    path: str
    tag: str
    summary: str
    answer: Answer
    description: str = ""
    caller: Caller | None = None
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    refusals: tuple[Refusal, ...] = ()
    errors: Answer | None = None
    """Where its refusals are no problem details: what they are."""

    def route(self, handler: Handler) -> Route:
        """Where requests for it go."""
        return Route(self.path, handler, methods=[self.method], name=self.name)


TRACKING_CODE = Parameter(
    "tracking_code",
    "The citizen's key to the petition, 12 letters and digits; case, spaces and dashes do not matter. With `-2` to `-9` behind it: "
    "a petition that was split from it.",
    where="path",
    example="7KMA-2PXD-49RC",
)
OFFICE_CODE = Parameter("code", "Code of the office, as in `GET /v1/offices`.", where="path", example="so-xd")
PETITION_ID = Parameter("petition_id", "The petition's public id.", {"type": "string", "pattern": "^[0-9a-f]{26}$"}, "path")
LANGUAGE = Parameter("lang", "Language of all texts; else Accept-Language decides.", {"type": "string", "enum": list(LANGUAGES)})
IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "A repeat with the same key and content is counted once; with another content it is refused.",
    {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]( *[!-~])*$"},
    "header",
    "a-key-of-your-own-1024",
)
IF_MATCH = Parameter(
    "If-Match",
    "The case's `ETag` as the caller saw it: if more has happened meanwhile, nothing is done, and the answer says what.",
    {"type": "string"},
    "header",
    '"4"',
)
LAST_EVENT = Parameter("after", "Go on behind this event; `Last-Event-ID` says the same.", {"type": "integer", "minimum": 0})
NO_OFFICE: tuple[Refusal, ...] = ((401, "no-token"), (401, "unknown-token"), (403, "foreign-office"), (404, "unknown-office"))
NO_DUTY: tuple[Refusal, ...] = ((401, "no-token"), (401, "session-over"), (403, "not-your-duty"), (403, "foreign-page"))
NO_JSON: tuple[Refusal, ...] = ((400, "malformed"), (413, "too-large"), (415, "wrong-type"), (422, "invalid"))
NO_FILE: tuple[Refusal, ...] = ((422, "file-refused"), (503, "files-unavailable"))
NO_KEY_REUSE: tuple[Refusal, ...] = ((400, "bad-idempotency-key"), (409, "key-reused"))
