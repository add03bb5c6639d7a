"""The calls that show something, as the published contract has them."""

from __future__ import annotations

from typing import Any

from consumers.http import answers, contract_casework
from schemas.events.case import State
from schemas.reference import categories
from schemas.web.contract import (
    LAST_EVENT,
    NO_OFFICE,
    OFFICE_CODE,
    PETITION_ID,
    TRACKING_CODE,
    Answer,
    Caller,
    Operation,
    Parameter,
    Refusal,
)

DEFAULT_LIMIT, MAX_LIMIT = 50, 500
_NOT_FOUND: tuple[Refusal, ...] = ((404, "bad-code"), (404, "unknown-petition"), (503, "busy"), (503, "database-unavailable"))
_TOKEN: tuple[Refusal, ...] = ((401, "no-token"), (401, "unknown-token"))
_STREAM = ("text/event-stream",)
_BOOLEAN = {"type": "string", "enum": ["true", "false", "1", "0"]}

PETITION = Operation(
    name="getPetition",
    method="GET",
    path="/v1/petitions/{tracking_code}",
    tag="Citizens",
    summary="Where a petition stands.",
    description="Straight after the receipt it waits a moment for the petition's first event.",
    parameters=(TRACKING_CODE,),
    answer=Answer("The petition and what happened to it.", answers.PetitionStatus),
    refusals=_NOT_FOUND,
)
PETITION_EVENTS = Operation(
    name="followPetition",
    method="GET",
    path="/v1/petitions/{tracking_code}/events",
    tag="Citizens",
    summary="The same as it happens.",
    parameters=(TRACKING_CODE, LAST_EVENT),
    answer=Answer("Server-Sent Events; the data of each is an entry of the timeline with where the case stands.", media_types=_STREAM),
    refusals=((400, "invalid"), *_NOT_FOUND),
)
SHARED = Operation(
    name="getSharedPetition",
    method="GET",
    path="/v1/shared/{shared}",
    tag="Citizens",
    summary="A petition that its citizen shares: what is done about it, and nothing of what citizens wrote.",
    description="`shared` is the end of `share_url` of the petition; it lets nobody act, and no tracking code follows from it.",
    parameters=(Parameter("shared", "The end of `share_url`.", {"type": "string", "maxLength": 43}, "path"),),
    answer=Answer("The petition and what happened to it.", answers.SharedPetition),
    refusals=((404, "unknown-petition"), (503, "database-unavailable")),
)
QUEUE = Operation(
    name="getQueue",
    method="GET",
    path="/v1/departments/{code}/queue",
    tag="Offices",
    summary="An office's open work, most urgent first.",
    caller=Caller.OFFICE,
    parameters=(
        OFFICE_CODE,
        Parameter("limit", "Cases of a page.", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}),
        Parameter("cursor", "`next` of the page before."),
        Parameter("state", "Only in this state.", {"type": "string", "enum": sorted(State)}),
        Parameter("category", "Only of this category.", {"type": "string", "enum": sorted(categories())}),
        Parameter("overdue", "Only what is (not) late now.", _BOOLEAN),
        Parameter("missed", "Only what was (not) once late.", _BOOLEAN),
    ),
    answer=Answer("A page of the queue.", answers.Queue),
    refusals=((400, "invalid"), *NO_OFFICE, (503, "database-unavailable")),
)
QUEUE_EVENTS = Operation(
    name="followQueue",
    method="GET",
    path="/v1/departments/{code}/queue/events",
    tag="Offices",
    summary="The queue as it changes.",
    caller=Caller.OFFICE,
    parameters=(OFFICE_CODE, LAST_EVENT),
    answer=Answer("Server-Sent Events; `left`: the case is no longer in the queue.", media_types=_STREAM),
    refusals=((400, "invalid"), *NO_OFFICE),
)
QUEUE_CASE = Operation(
    name="getQueueCase",
    method="GET",
    path="/v1/departments/{code}/queue/{petition_id}",
    tag="Offices",
    summary="One case, with everything the office needs to work on it.",
    caller=Caller.OFFICE,
    parameters=(OFFICE_CODE, PETITION_ID),
    answer=Answer("The case.", answers.QueueCase),
    refusals=(*NO_OFFICE, (404, "unknown-petition"), (503, "database-unavailable")),
)
_FILE = Parameter("file_id", "Id of a file that the petition shows.", {"type": "string", "pattern": "^[0-9a-f]{32}$"}, "path")
_SMALL = Parameter("small", "Of a picture its small form.", _BOOLEAN)
_FILE_TYPES = ("image/jpeg", "video/mp4", "video/quicktime", "video/webm", "application/pdf")
_ANY_FILE = Answer("The file; pieces of it by `Range`.", media_types=_FILE_TYPES)
_NO_FILE: tuple[Refusal, ...] = ((404, "unknown-file"), (416, "wrong-range"), (503, "file-held"))
PETITION_FILE = Operation(
    name="getPetitionFile",
    method="GET",
    path=f"{PETITION.path}/files/{{file_id}}",
    tag="Citizens",
    summary="A file of a petition, its notes or its answers.",
    parameters=(TRACKING_CODE, _FILE, _SMALL),
    answer=_ANY_FILE,
    refusals=(*_NOT_FOUND, *_NO_FILE),
)
CASE_FILE = Operation(
    name="getCaseFile",
    method="GET",
    path=f"{QUEUE_CASE.path}/files/{{file_id}}",
    tag="Offices",
    summary="A file of a case that the office works on.",
    caller=Caller.OFFICE,
    parameters=(OFFICE_CODE, PETITION_ID, _FILE, _SMALL),
    answer=_ANY_FILE,
    refusals=(*NO_OFFICE, (404, "unknown-petition"), *_NO_FILE, (503, "database-unavailable")),
)
IOC = Operation(
    name="getOperationsFigures",
    method="GET",
    path="/v1/ioc",
    tag="Operations centre",
    summary="The figures of the operations centre.",
    caller=Caller.OFFICE,
    answer=Answer("Totals, days, league, escalations, and what cannot be vouched for.", dict[str, Any]),
    refusals=(*_TOKEN, (403, "not-your-duty"), (503, "database-unavailable")),
)


def _reference(name: str, path: str, what: str, model: Any) -> Operation:
    return Operation(name=name, method="GET", path=path, tag="Reference data", summary=what, answer=Answer(what, model))


OFFICES = _reference("listOffices", "/v1/offices", "All offices.", answers.Offices)
CATEGORIES = _reference("listCategories", "/v1/categories", "All categories.", answers.Categories)
WARDS = _reference("listWards", "/v1/wards", "All wards and communes.", answers.Wards)
OUTLINES = _reference(
    "listWardOutlines", "/v1/wards/outlines", "The wards' outlines, if the operator has given them.", answers.WardOutlines
)
_LISTS = (OFFICES, CATEGORIES, WARDS, OUTLINES)
_QUEUES = (QUEUE, QUEUE_EVENTS, QUEUE_CASE, CASE_FILE)
OPERATIONS = (PETITION, PETITION_EVENTS, SHARED, PETITION_FILE, *_QUEUES, *contract_casework.OPERATIONS, IOC, *_LISTS)
