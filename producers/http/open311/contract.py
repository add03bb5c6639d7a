"""The calls of Open311 that put something in, as the published contract has them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from schemas.web.contract import Answer, Body, Operation
from schemas.web.open311 import BASE, ERRORS, FORMAT, JURISDICTION, TYPES

_FORM = ("application/x-www-form-urlencoded", "multipart/form-data")
_TAG = "Open311 GeoReport v2"


class _Form(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    api_key: str = Field(description="The key of an intake channel.")
    jurisdiction_id: str | None = Field(None, pattern=f"^{JURISDICTION}$")
    description: str
    media_url: list[str] = Field([], max_length=20, description="May be given several times.")
    media: list[str] = Field(
        [],
        max_length=10,
        description="Files, in a multipart form: pictures, videos, PDF.",
        json_schema_extra={"items": {"format": "binary"}},
    )
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    account_id: str | None = None


class ServiceRequestForm(_Form):
    """A place is needed: `lat` and `long`, `address_string`, or `address_id` (a ward's code)."""

    service_code: str
    lat: float | None = None
    long: float | None = None
    address_string: str | None = None
    address_id: str | None = None
    device_id: str | None = None
    external_id: str | None = Field(None, alias="attribute[external_id]")
    fixmystreet_id: str | None = Field(None, alias="attribute[fixmystreet_id]")
    urgent: str | None = Field(None, alias="attribute[urgent]")


class UpdateForm(_Form):
    """What the citizen adds, as FixMyStreet sends it."""

    service_request_id: str
    update_id: str | None = None
    status: str | None = Field(None, description="Taken, but changes nothing: what becomes of a case is its rules' to say.")
    updated_datetime: str | None = None
    title: str | None = None
    service_request_id_ext: str | None = None
    update_id_ext: str | None = None
    public_anonymity_required: str | None = None


class PostedRequest(BaseModel):
    service_request_id: str
    service_notice: str = Field(description="The citizen's tracking code, and where he follows it.")
    account_id: None


class PostedUpdate(BaseModel):
    update_id: str


POST_REQUEST = Operation(
    name="postServiceRequest",
    method="POST",
    path=f"{BASE}/requests.{{format}}",
    tag=_TAG,
    summary="Hand in a service request.",
    description=(
        "The id comes at once. What is sent again is the same request: by `attribute[external_id]` or `attribute[fixmystreet_id]`, "
        "else by being the same in every field on the same day."
    ),
    parameters=(FORMAT,),
    body=Body(
        ServiceRequestForm,
        {
            "pothole": {
                "api_key": "the-key-of-your-channel",
                "service_code": "road-damage",
                "lat": 21.0337,
                "long": 105.8549,
                "description": "Ổ gà sâu trước số 12 phố Hàng Bè",
                "attribute[external_id]": "A-17",
            }
        },
        _FORM,
    ),
    answer=Answer("`service_requests`: its id.", list[PostedRequest], media_types=TYPES),
    errors=ERRORS,
)
POST_UPDATE = Operation(
    name="postServiceRequestUpdate",
    method="POST",
    path=f"{BASE}/servicerequestupdates.{{format}}",
    tag=_TAG,
    summary="Add to a service request of one's own channel.",
    parameters=(FORMAT,),
    body=Body(
        UpdateForm,
        {
            "news": {
                "api_key": "the-key-of-your-channel",
                "service_request_id": "2b61b6563b200be297f8b53870",
                "update_id": "4711",
                "description": "Nay ổ gà đã rộng gấp đôi.",
            }
        },
        _FORM,
    ),
    answer=Answer("`service_request_updates`: its id.", list[PostedUpdate], media_types=TYPES),
    errors=ERRORS,
)
OPERATIONS = (POST_REQUEST, POST_UPDATE)
