"""Open311 GeoReport v2, what both sides need: XML or JSON by the address's ending, errors as the specification has them, attributes.

https://wiki.open311.org/GeoReport_v2 — with the extensions that FixMyStreet uses (updates) and that many clients use (paging).
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from xml.etree import ElementTree as ET

import orjson
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from schemas.platform.logs import log
from schemas.reference.texts import Language
from schemas.web.contract import Answer, Parameter
from schemas.web.endpoint import Handler, endpoint
from schemas.web.language import language
from schemas.web.problems import NO_STORE, Problem, broken, details

BASE = "/open311/v2"
JURISDICTION = "hanoi.gov.vn"
MEDIA = {"xml": "text/xml; charset=utf-8", "json": "application/json"}
TYPES = ("application/json", "text/xml")
_ITEMS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
"""In XML each list has its name, and so has each of its entries."""
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STATUS = {401: 403, 415: 400, 422: 400}
"""Where the specification wants another status than our own calls give."""

Answered = tuple[str, Any]
"""The name of the root, and what stands in it."""
Open311Handler = Callable[[Request], Awaitable[Answered]]

EXTERNAL_ID, FIXMYSTREET_ID, URGENT = "external_id", "fixmystreet_id", "urgent"
ATTRIBUTES: Mapping[str, Mapping[Language, str]] = {
    EXTERNAL_ID: {"vi": "Mã của phản ánh trong ứng dụng gửi", "en": "The sending app's own id of the report"},
    FIXMYSTREET_ID: {"vi": "Mã của phản ánh trong FixMyStreet", "en": "FixMyStreet's own id of the report"},
    URGENT: {"vi": "Có nguy hiểm đến người không?", "en": "Is anybody in danger?"},
}
"""What a service asks for beyond the standard's own fields, the same for each. By either id a repeat is known as one."""

FORMAT = Parameter("format", "`xml` or `json`.", {"type": "string", "enum": sorted(MEDIA)}, "path")
JURISDICTION_ID = Parameter("jurisdiction_id", "May be left out: there is one.", {"type": "string", "enum": [JURISDICTION]})


class ErrorOfOpen311(BaseModel):
    """Why a call was refused, as the specification of Open311 has it."""

    code: int
    description: str


ERRORS = Answer("`errors`: code and description of each.", list[ErrorOfOpen311], media_types=TYPES)


def open311(handler: Open311Handler, away: tuple[type[Exception], ...]) -> Handler:
    """The frame: writes what the handler gives in the asked form, and every Problem as the specification's errors."""

    async def written(request: Request) -> Response:
        try:
            name = _format(request)
            root, content = await handler(request)
        except Problem as problem:
            return _errors(problem, request)
        except away as error:
            log.warning("database-unavailable", error=type(error).__name__)
            return _errors(Problem(503, "database-unavailable", headers={"Retry-After": "2"}), request)
        return _response(root, content, name, 200, {})

    return endpoint(written, away=())


def check_jurisdiction(given: str | None) -> None:
    """Raise Problem 404 for a jurisdiction that is not Hanoi's; none is its."""
    if given not in (None, "", JURISDICTION):
        raise Problem(404, "unknown-jurisdiction")


def _format(request: Request) -> str:
    name: str = request.path_params["format"]
    if name not in MEDIA:
        raise broken("format", "enum", expected=", ".join(sorted(MEDIA)))
    return name


def _errors(problem: Problem, request: Request) -> Response:
    status = _STATUS.get(problem.status, problem.status)
    about = details(problem, language(request))
    said = [f"{one['field']}: {one['message']}" for one in about.get("fields", ())] or [about["detail"]]
    wanted = request.path_params.get("format")
    name = wanted if wanted in MEDIA else "xml"
    return _response("errors", [{"code": status, "description": text} for text in said], name, status, problem.headers)


def _response(root: str, content: Any, name: str, status: int, headers: Mapping[str, str]) -> Response:
    body = xml(root, content) if name == "xml" else orjson.dumps(content)
    return Response(body, status, {**NO_STORE, **headers}, MEDIA[name])


def xml(root: str, content: Any) -> bytes:
    """The document, with its declaration. A letter that XML cannot hold becomes U+FFFD."""
    return bytes(ET.tostring(_element(root, content), encoding="UTF-8", xml_declaration=True))


def _element(name: str, content: Any) -> ET.Element:
    made = ET.Element(name)
    if isinstance(content, dict):
        made.extend(_element(part, value) for part, value in content.items())
    elif isinstance(content, list):
        made.extend(_element(_ITEMS[name], one) for one in content)
    elif content is not None:
        made.text = _NO_XML.sub("\ufffd", str(content).lower() if isinstance(content, bool) else str(content))
    return made
