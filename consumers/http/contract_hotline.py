"""The hotline's calls that show something, as the published contract has them."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel

from consumers.http.answers import CitizenEntry, NamedOffice, Said
from schemas.events.base import PetitionId
from schemas.events.phones import OfCaller
from schemas.events.standing import State
from schemas.web.contract import NO_DUTY, NO_JSON, PETITION_ID, Answer, Body, Caller, Operation

LISTED_AT_MOST = 20
_TAG = "Hotline"


class CallersLine(BaseModel):
    """What it is about and where it stands; no word of anybody."""

    petition_id: PetitionId
    state: State
    state_name: str
    category: str
    category_name: str
    urgent: bool
    office: NamedOffice
    deadline: AwareDatetime | None
    received_at: AwareDatetime


class CallersList(BaseModel):
    items: list[CallersLine]


class CallersPetition(CallersLine):
    """As its citizen sees it, without its code."""

    said: Said | None
    timeline: list[CitizenEntry]


OPENED = tuple(CallersPetition.model_fields)
SEARCH = Operation(
    name="findByCaller",
    method="POST",
    path="/v1/hotline/searches",
    tag=_TAG,
    summary="The petitions whose contact has this number, the newest first.",
    caller=Caller.OFFICE,
    body=Body(OfCaller, {"a caller": {"phone": "0912 345 678"}}),
    answer=Answer(f"At most {LISTED_AT_MOST}.", CallersList),
    refusals=(*NO_DUTY, *NO_JSON, (503, "database-unavailable")),
)
SHOW = Operation(
    name="openForCaller",
    method="GET",
    path="/v1/hotline/petitions/{petition_id}",
    tag=_TAG,
    summary="A caller's petition, for an hour after its opening is on record (look-ups).",
    caller=Caller.OFFICE,
    parameters=(PETITION_ID,),
    answer=Answer("The petition and what happened to it.", CallersPetition),
    refusals=(*NO_DUTY, (403, "not-looked-up"), (503, "database-unavailable")),
)
OPERATIONS = (SEARCH, SHOW)
