"""A form of Open311 and what it becomes: pure, but for the reading of the body."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from producers.http.body import content_type, read_body
from producers.http.multipart import MEDIA_TYPE, SMALL_BYTES, Attached, parts_of
from producers.http.open311.contract import ServiceRequestForm, UpdateForm
from producers.http.open311.media import NAMES, mark_of
from producers.intake.requests import PetitionRequest
from schemas.reference import categories
from schemas.web import Field, Problem, broken, from_validation
from schemas.web.open311 import EXTERNAL_ID, FIXMYSTREET_ID, URGENT, check_jurisdiction

_MOST_FIELDS = 100
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]*)\](?:\[\])?")
_CALL = frozenset({"api_key", "jurisdiction_id"})
_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_NAMES = {
    "text": "description",
    "location.lat": "lat",
    "location.long": "long",
    "location.address": "address_string",
    "location.ward_code": "address_id",
    "contact.name": "first_name",
    "contact.phone": "phone",
    "contact.email": "email",
    "media_urls": "media_url",
    "external_id": f"attribute[{EXTERNAL_ID}]",
}
"""A field of ours → the form's."""


@dataclass(frozen=True, slots=True)
class Form:
    """What was given, without what was left empty. `media_url`: all of them; `fields`: the last one of each name; `media`: files, each
    with the fingerprint of its bytes."""

    fields: Mapping[str, str]
    media_urls: tuple[str, ...]
    media: tuple[tuple[Attached, str], ...] = ()

    def attribute(self, code: str) -> str | None:
        return self.fields.get(f"attribute[{code}]")

    @property
    def external_id(self) -> str | None:
        """The sender's own id of a request."""
        return self.attribute(EXTERNAL_ID) or self.attribute(FIXMYSTREET_ID)

    def digest(self, day: date) -> str:
        """Of all that was said on one day: who sends the same again means the same; on another day it is another report."""
        said = sorted((name, text) for name, text in self.fields.items() if name not in _CALL)
        marks = [mark for _, mark in self.media]
        return hashlib.sha256(repr((said, self.media_urls, day.isoformat(), *marks)).encode()).hexdigest()

    def update_key(self, day: date) -> str:
        """By which a repeat of an update is known: its own id, else all that it says. Plain letters, since it may stand in a header."""
        own = self.fields.get("update_id")
        return hashlib.sha256(own.encode()).hexdigest() if own else self.digest(day)


@asynccontextmanager
async def reading(request: Request, limit: int) -> AsyncIterator[Form]:
    """The form, while its files are needed; with files it is multipart. Raise Problem 415 for what is no form in UTF-8, 413 for more than
    `limit` bytes (of a form with files `SMALL_BYTES`), 400 for a foreign jurisdiction."""
    if content_type(request) != MEDIA_TYPE:
        yield _form(request, await _urlencoded(request, limit), ())
        return
    async with parts_of(request, SMALL_BYTES) as (fields, files):
        _known(one.name for one in files)
        media = tuple([(one, await mark_of(one)) for one in files])
        yield _form(request, fields, media)


def _known(names: Iterable[str]) -> None:
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        raise Problem(400, "invalid", fields=[Field(name, "extra_forbidden", {}) for name in unknown])


async def _urlencoded(request: Request, limit: int) -> list[tuple[str, str]]:
    if content_type(request) != "application/x-www-form-urlencoded":
        raise Problem(415, "wrong-form")
    raw = await read_body(request, limit)
    try:
        return parse_qsl(raw.decode(), errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Problem(415, "wrong-form") from None


def _form(request: Request, given: list[tuple[str, str]], media: tuple[tuple[Attached, str], ...]) -> Form:
    pairs = [(_ATTRIBUTE.sub(r"attribute[\1]", name), text) for name, text in [*request.query_params.items(), *given] if text.strip()]
    fields = {name: text for name, text in pairs if name not in ("media_url", "lang")}
    check_jurisdiction(fields.get("jurisdiction_id"))
    return Form(fields, tuple(dict.fromkeys(text for name, text in pairs if name == "media_url")), media)


def _names(model: type[BaseModel]) -> frozenset[str]:
    """The fields that the contract lists."""
    return frozenset(field.alias or name for name, field in model.model_fields.items())


def petition_of(form: Form, channel: str) -> PetitionRequest:
    """The petition that a service request is, without its files. Raise Problem 400 naming each field that breaks a rule, 404 for an
    unknown service."""
    _only(form, _names(ServiceRequestForm))
    service = form.fields.get("service_code")
    if service is None:
        raise broken("service_code", "missing")
    if service not in categories():
        raise Problem(404, "unknown-service")
    if not ("lat" in form.fields and "long" in form.fields) and not {"address_string", "address_id"} & form.fields.keys():
        raise broken("lat, long", "missing")
    try:
        return PetitionRequest.model_validate(_petition(form, channel, service))
    except ValidationError as error:
        raise _named(from_validation(error)) from None


def _petition(form: Form, channel: str, service: str) -> dict[str, Any]:
    given = form.fields
    return _without_nothing(
        channel=channel,
        external_id=form.external_id,
        text=given.get("description"),
        category=service,
        location=_without_nothing(
            lat=given.get("lat"), long=given.get("long"), address=given.get("address_string"), ward_code=given.get("address_id")
        ),
        contact=_without_nothing(name=_name(given), phone=given.get("phone"), email=given.get("email")),
        media_urls=form.media_urls,
        urgent=_urgent(form),
    )


def _name(given: Mapping[str, str]) -> str | None:
    return " ".join(given[part] for part in ("first_name", "last_name") if part in given) or None


def _urgent(form: Form) -> bool | None:
    found = form.attribute(URGENT)
    if found is None:
        return None
    if found.lower() not in _BOOLEANS:
        raise broken(f"attribute[{URGENT}]", "enum", expected=", ".join(_BOOLEANS))
    return _BOOLEANS[found.lower()]


def information_of(form: Form) -> dict[str, Any]:
    """The action that an update of a service request is. Raise Problem 400 for a field that nobody knows or that is missing."""
    _only(form, _names(UpdateForm))
    missing = [name for name in ("service_request_id", "description") if name not in form.fields]
    if missing:
        raise Problem(400, "invalid", fields=[Field(name, "missing", {}) for name in missing])
    return {"action": "add-information", "text": form.fields["description"], "media_urls": form.media_urls}


def _only(form: Form, known: frozenset[str]) -> None:
    unknown = sorted(form.fields.keys() - known)
    if unknown:
        raise Problem(400, "invalid", fields=[Field(name, "extra_forbidden", {}) for name in unknown])


def _without_nothing(**given: Any) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value not in (None, {}, ())}


def _named(problem: Problem) -> Problem:
    """With the form's names instead of ours."""
    fields = [Field(_NAMES.get(re.sub(r"\.\d+$", "", one.field), one.field), one.rule, one.limits) for one in problem.fields]
    return Problem(problem.status, problem.code, fields=fields)
