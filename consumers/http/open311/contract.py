"""The calls of Open311 that show something, as the published contract has them."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, BaseModel

from consumers.http.open311.wanted import MOST
from schemas.reference import categories
from schemas.web.contract import Answer, Operation, Parameter
from schemas.web.open311 import BASE, ERRORS, FORMAT, JURISDICTION_ID, TYPES

_TAG = "Open311 GeoReport v2"
_API_KEY = Parameter("api_key", "A channel's key: its own petitions, whole. Without one: those about a place, without anybody's words.")
_SERVICE = Parameter("service_code", "A category's code.", {"type": "string", "enum": sorted(categories())}, "path")
_REQUEST_ID = Parameter("service_request_id", "The petition's id.", {"type": "string", "pattern": "^[0-9a-f]{26}$"}, "path")
_INSTANT = {"type": "string", "format": "date-time"}
_START = Parameter(
    "start_date", "From this instant on; without both the last 90 days. Without a key all times are begins of days.", _INSTANT
)
_END = Parameter("end_date", "Before this instant, 90 days after the start at most.", _INSTANT)
_PAGES = (
    Parameter("page_size", "Entries of a page.", {"type": "integer", "minimum": 1, "maximum": MOST, "default": MOST}),
    Parameter("page", "Which page.", {"type": "integer", "minimum": 1, "maximum": 1_000_000, "default": 1}),
)
_IDS = Parameter("service_request_id", "Only these, separated by commas.")


class Service(BaseModel):
    service_code: str
    service_name: str
    description: str
    metadata: bool
    type: str
    keywords: str
    group: str | None


class AttributeValue(BaseModel):
    key: str
    name: str


class Attribute(BaseModel):
    variable: bool
    code: str
    datatype: str
    required: bool
    datatype_description: str | None
    order: int
    description: str
    values: list[AttributeValue]


class Definition(BaseModel):
    service_code: str
    attributes: list[Attribute]


class ServiceRequest(BaseModel):
    service_request_id: str
    status: str
    status_notes: str
    service_name: str
    service_code: str
    description: str | None
    agency_responsible: str
    service_notice: str | None
    requested_datetime: AwareDatetime
    updated_datetime: AwareDatetime
    expected_datetime: AwareDatetime | None
    address: str | None
    address_id: str | None
    zipcode: str | None
    lat: float | None
    long: float | None
    media_url: str | None


class Token(BaseModel):
    service_request_id: str
    token: str


class Update(BaseModel):
    update_id: str
    service_request_id: str
    status: str
    external_status_code: str
    updated_datetime: AwareDatetime
    description: str
    media_url: str | None


def _get(name: str, path: str, summary: str, answer: Answer, *parameters: Parameter) -> Operation:
    return Operation(
        name=name, method="GET", path=path, tag=_TAG, summary=summary, parameters=(*parameters, FORMAT), answer=answer, errors=ERRORS
    )


DISCOVERY = _get(
    "discoverOpen311", "/open311/discovery.{format}", "Where which version is.", Answer("`discovery`.", dict[str, Any], media_types=TYPES)
)
VERSION_DISCOVERY = _get(
    "discoverGeoReport", f"{BASE}/discovery.{{format}}", "The same.", Answer("`discovery`.", dict[str, Any], media_types=TYPES)
)
SERVICES = _get(
    "listServices",
    f"{BASE}/services.{{format}}",
    "What may be reported.",
    Answer("`services`.", list[Service], media_types=TYPES),
    JURISDICTION_ID,
)
DEFINITION = _get(
    "getServiceDefinition",
    f"{BASE}/services/{{service_code}}.{{format}}",
    "What a service asks for beyond the standard's own fields.",
    Answer("`service_definition`.", Definition, media_types=TYPES),
    _SERVICE,
    JURISDICTION_ID,
)
REQUESTS = _get(
    "listServiceRequests",
    f"{BASE}/requests.{{format}}",
    "Service requests, the newest first.",
    Answer("`service_requests`.", list[ServiceRequest], media_types=TYPES),
    _API_KEY,
    JURISDICTION_ID,
    _IDS,
    Parameter("service_code", "Only of these categories, separated by commas."),
    _START,
    _END,
    Parameter("status", "`open`, `closed`, or both, separated by a comma."),
    *_PAGES,
)
REQUEST = _get(
    "getServiceRequest",
    f"{BASE}/requests/{{service_request_id}}.{{format}}",
    "One service request.",
    Answer("`service_requests`, with one.", list[ServiceRequest], media_types=TYPES),
    _REQUEST_ID,
    _API_KEY,
    JURISDICTION_ID,
)
TOKEN = _get(
    "getRequestIdOfToken",
    f"{BASE}/tokens/{{token}}.{{format}}",
    "The id of the request with this tracking code.",
    Answer("`service_requests`, with its id.", list[Token], media_types=TYPES),
    Parameter("token", "The tracking code.", where="path", example="7KMA-2PXD-49RC"),
    JURISDICTION_ID,
)
UPDATES = _get(
    "listServiceRequestUpdates",
    f"{BASE}/servicerequestupdates.{{format}}",
    "What happened to service requests, the oldest first; as FixMyStreet reads it.",
    Answer("`service_request_updates`.", list[Update], media_types=TYPES),
    _API_KEY,
    JURISDICTION_ID,
    _IDS,
    _START,
    _END,
    *_PAGES,
)
OPERATIONS = (DISCOVERY, VERSION_DISCOVERY, SERVICES, DEFINITION, REQUESTS, REQUEST, TOKEN, UPDATES)
