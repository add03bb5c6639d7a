"""The calls that show something, as the published contract has them."""

from __future__ import annotations

from typing import Any

from consumers.http import answers
from consumers.http.wishes import Subscription
from schemas.events.case import State
from schemas.reference import categories
from schemas.web.contract import (
    LAST_EVENT,
    NO_OFFICE,
    OFFICE_CODE,
    PETITION_ID,
    TRACKING_CODE,
    Answer,
    Body,
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
NOTICES = Operation(
    name="getNotices",
    method="GET",
    path="/v1/petitions/{tracking_code}/notices",
    tag="Citizens",
    summary="By which media news can be had, and who gets it; no addresses.",
    parameters=(TRACKING_CODE,),
    answer=Answer("Media, notices, and receivers.", dict[str, Any]),
    refusals=((404, "bad-code"), (503, "database-unavailable")),
)
SUBSCRIBE = Operation(
    name="subscribeToNotices",
    method="POST",
    path="/v1/petitions/{tracking_code}/notices",
    tag="Citizens",
    summary="Have news of a petition sent to an address, once the link that is sent there was followed.",
    parameters=(TRACKING_CODE,),
    body=Body(Subscription, {"email": {"medium": "email", "email": "dan@example.org"}}),
    answer=Answer("The question whether was put on its way.", dict[str, str], status=202),
    refusals=((400, "malformed"), (413, "too-large"), (422, "invalid"), (429, "too-many-notices"), *_NOT_FOUND),
)
NOTICE_LINK = Operation(
    name="followNoticeLink",
    method="POST",
    path="/notices/{purpose}/{token}",
    tag="Citizens",
    summary="Confirm an address, or leave with one click (RFC 8058); the body does not matter.",
    parameters=(
        Parameter("purpose", "What the link is for.", {"type": "string", "enum": ["confirm", "leave"]}, "path"),
        Parameter("token", "As it stands in the notice.", where="path"),
    ),
    answer=Answer("Whether there was anything to do.", dict[str, bool]),
    refusals=((404, "not-found"), (503, "database-unavailable")),
)
OPERATIONS = (NOTICES, SUBSCRIBE, NOTICE_LINK, PETITION, PETITION_EVENTS, QUEUE, QUEUE_EVENTS, QUEUE_CASE, IOC, OFFICES, CATEGORIES, WARDS)
