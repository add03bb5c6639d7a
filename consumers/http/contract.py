"""The calls that show something, as the published contract has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from consumers.http import answers, contract_casework, contract_digest
from consumers.http.looking import DEFAULT_LIMIT, MAX_LIMIT
from consumers.http.wishes import Subscription
from consumers.read_model.cursors import SORTS, Sort
from consumers.read_model.finding import SCOPES, Scope
from schemas.events.base import Level
from schemas.events.standing import State
from schemas.reference import categories
from schemas.web.contract import (
    LAST_EVENT,
    NO_JSON,
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

_NOT_FOUND: tuple[Refusal, ...] = ((404, "bad-code"), (404, "unknown-petition"), (503, "busy"), (503, "database-unavailable"))
_TOKEN: tuple[Refusal, ...] = ((401, "no-token"), (401, "unknown-token"))
_STREAM = ("text/event-stream",)
_BOOLEAN = {"type": "string", "enum": ["true", "false", "1", "0"]}

_BEFORE = Parameter(
    "before",
    "The last 50 lines before this `seq` are to be whole; without it the newest 50 are.",
    {"type": "integer", "minimum": 1, "maximum": 999_999},
)
PETITION = Operation(
    name="getPetition",
    method="GET",
    path="/v1/petitions/{tracking_code}",
    tag="Citizens",
    summary="Where a petition stands.",
    description="Straight after the receipt it waits a moment for the petition's first event.",
    parameters=(TRACKING_CODE, _BEFORE),
    answer=Answer("The petition and what happened to it.", answers.PetitionStatus),
    refusals=((400, "invalid"), *_NOT_FOUND),
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
_LIMIT = Parameter("limit", "Cases of a page.", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT})
_CURSOR = Parameter("cursor", "`next` of the page before.")
_STATE = Parameter("state", "Only in this state.", {"type": "string", "enum": sorted(State)})
_CATEGORY = Parameter("category", "Only of this category.", {"type": "string", "enum": sorted(categories())})
_LATE = (Parameter("overdue", "Only what is (not) late now.", _BOOLEAN), Parameter("missed", "Only what was (not) once late.", _BOOLEAN))
QUEUE = Operation(
    name="getQueue",
    method="GET",
    path="/v1/departments/{code}/queue",
    tag="Offices",
    summary="An office's open work, most urgent first.",
    caller=Caller.OFFICE,
    parameters=(OFFICE_CODE, _LIMIT, _CURSOR, _STATE, _CATEGORY, *_LATE),
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
    description="Where the case has gone, and what was split off, is whole in the timeline, however old.",
    parameters=(OFFICE_CODE, PETITION_ID, _BEFORE),
    answer=Answer("The case.", answers.QueueCase),
    refusals=((400, "invalid"), *NO_OFFICE, (404, "unknown-petition"), (503, "database-unavailable")),
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


def _said(meanings: Mapping[Any, str]) -> str:
    return "; ".join(f"`{name.value}`: {what}" for name, what in meanings.items())


def _many(name: str, what: str, known: Sequence[str] | None = None) -> Parameter:
    one = {"type": "string", "enum": sorted(known)} if known else {"type": "string"}
    return Parameter(name, f"{what}; may be given several times.", {"type": "array", "items": one})


_FILTERS = (
    OFFICE_CODE,
    Parameter("scope", f"Among which cases. {_said(SCOPES)}.", {"type": "string", "enum": sorted(Scope), "default": Scope.WORK.value}),
    Parameter(
        "q",
        "Words that must all stand in the case: in text, notes, answers, street, ward, category; with or without accents. With a star "
        "behind the last one it may only have begun, with three letters at least. A whole tracking "
        "code, what a petition's id begins with, or a phone number, which is found in the responsible office's own cases alone.",
        {"type": "string", "maxLength": 500},
    ),
    Parameter("open", "Only what is (not) work for somebody.", _BOOLEAN),
    _many("state", "Only in this state", sorted(State)),
    _many("category", "Only of this category", sorted(categories())),
    _many("ward", "Only in this ward"),
    _many("level", "Only of this level", sorted(Level)),
    _many("owner", "Only what this office is responsible for"),
    _many("channel", "Only from this channel"),
    _many("officer", "Only what this person works on, by id"),
    Parameter("free", "Only what nobody works on (or somebody does).", _BOOLEAN),
    *_LATE,
    Parameter("photos", "Only with (without) pictures.", _BOOLEAN),
    Parameter("followed", "Only what other petitions were joined to (or none were).", _BOOLEAN),
    Parameter("received_from", "Received then or later: a day in Hanoi, or an instant."),
    Parameter("received_to", "Received before then: a day in Hanoi, which is meant with all of it, or an instant."),
    Parameter("updated_since", "Only what has changed since.", {"type": "string", "format": "date-time"}),
)
_SORT = Parameter("sort", f"In which order. {_said(SORTS)}.", {"type": "string", "enum": sorted(Sort), "default": Sort.PRESSING.value})
_FOUND: tuple[Refusal, ...] = ((400, "invalid"), *NO_OFFICE, (503, "database-unavailable"))
CASES = Operation(
    name="findCases",
    method="GET",
    path="/v1/departments/{code}/cases",
    tag="Offices",
    summary="Find cases, open and ended, as far as the caller may see them.",
    description="To keep a copy: `sort=updated&updated_since=…`, page by page, and next time since the newest `updated_at`.",
    caller=Caller.OFFICE,
    parameters=(*_FILTERS, _SORT, _LIMIT, _CURSOR),
    answer=Answer("A page of what was found.", answers.Cases),
    refusals=_FOUND,
)
CASES_COUNT = Operation(
    name="countCases",
    method="GET",
    path="/v1/departments/{code}/cases/count",
    tag="Offices",
    summary="How many there are.",
    caller=Caller.OFFICE,
    parameters=_FILTERS,
    answer=Answer("The number.", answers.Count),
    refusals=_FOUND,
)


def _file(name: str, kind: str, media_type: str) -> Operation:
    return Operation(
        name=name,
        method="GET",
        path=f"/v1/departments/{{code}}/cases.{kind}",
        tag="Offices",
        summary=f"The same as {kind.upper()}.",
        caller=Caller.OFFICE,
        parameters=(*_FILTERS, _SORT),
        answer=Answer("A table, one case a row.", media_types=(media_type,)),
        refusals=_FOUND,
    )


CASES_CSV = _file("exportCasesAsCsv", "csv", "text/csv")
CASES_XLSX = _file("exportCasesAsXlsx", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def _desk(name: str, method: Literal["GET", "POST", "DELETE"], path: str, what: str, answer: Answer, **more: Any) -> Operation:
    refusals = (*NO_OFFICE, *((403, "person-needed"),) * (method != "GET"), *more.pop("refusals", ()), (503, "database-unavailable"))
    parameters = (OFFICE_CODE, *more.pop("parameters", ()))
    return Operation(
        name=name,
        method=method,
        path=f"/v1/departments/{{code}}/{path}",
        tag="Offices",
        summary=what,
        caller=Caller.OFFICE,
        answer=answer,
        parameters=parameters,
        refusals=refusals,
        **more,
    )


_NOTHING = Answer("Done.", dict[str, Any])
VIEWS = _desk("listViews", "GET", "views", "Saved views: the office's, and the caller's own.", Answer("The views.", answers.SavedViews))
SAVE_VIEW = _desk(
    "saveView",
    "POST",
    "views",
    "Save a view.",
    Answer("The view.", answers.SavedView, 201),
    body=Body(answers.ViewRequest, {"late": {"name": "Quá hạn ở Hoàn Kiếm", "query": "overdue=true&ward=00070", "shared": True}}),
    refusals=(*NO_JSON, (409, "too-many-views")),
)
REMOVE_VIEW = _desk(
    "removeView",
    "DELETE",
    "views/{view}",
    "Remove a view of one's own.",
    _NOTHING,
    parameters=(Parameter("view", "The view's `id`.", {"type": "integer"}, "path"),),
    refusals=((404, "unknown-view"),),
)
PEOPLE = _desk(
    "listPeople", "GET", "people", "The office's people, what each works on, who is away.", Answer("The people.", answers.Colleagues)
)
ABSENCE = _desk(
    "sayAbsence",
    "POST",
    "absence",
    "Say that one is away until when, and who stands in; or here again.",
    _NOTHING,
    body=Body(answers.AbsenceRequest, {"away": {"until": "2026-12-07T01:00:00Z"}, "here": {"until": None}}),
    refusals=(*NO_JSON, (422, "unknown-colleague")),
)
PRESENCE = _desk(
    "sayPresence",
    "POST",
    "queue/{petition_id}/presence",
    "Say that one has a case open, or writes at it; to be said again within `again_seconds`.",
    Answer("Who has it open.", answers.Present),
    parameters=(PETITION_ID,),
    body=Body(answers.PresenceRequest, {"writing": {"writing": True}, "left": {"open": False}}),
    refusals=(*NO_JSON, (404, "unknown-petition")),
)


def _reference(name: str, path: str, what: str, model: Any) -> Operation:
    return Operation(name=name, method="GET", path=path, tag="Reference data", summary=what, answer=Answer(what, model))


OFFICES = _reference("listOffices", "/v1/offices", "All offices.", answers.Offices)
CATEGORIES = _reference("listCategories", "/v1/categories", "All categories.", answers.Categories)
WARDS = _reference("listWards", "/v1/wards", "All wards and communes.", answers.Wards)
_BROWSER = {
    "medium": "webpush",
    "subscription": {
        "endpoint": "https://push.example.org/send/4pZ1",
        "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        },
    },
}
"""Its keys are those of RFC 8291's example."""
NOTICES = Operation(
    name="getNotices",
    method="GET",
    path="/v1/petitions/{tracking_code}/notices",
    tag="Citizens",
    summary="By which media news can be had, and who gets it; no addresses.",
    parameters=(TRACKING_CODE,),
    answer=Answer("Media, notices, receivers, and to which key a browser subscribes where it is told by web push.", dict[str, Any]),
    refusals=((404, "bad-code"), (404, "unknown-petition"), (503, "database-unavailable")),
)
SUBSCRIBE = Operation(
    name="subscribeToNotices",
    method="POST",
    path="/v1/petitions/{tracking_code}/notices",
    tag="Citizens",
    summary="Have news of a petition sent to an address, once the link that is sent there was followed; or to a browser, at once.",
    parameters=(TRACKING_CODE,),
    body=Body(Subscription, {"email": {"medium": "email", "email": "dan@example.org"}, "webpush": _BROWSER}),
    answer=Answer("The question whether was put on its way; or, of a browser, the link by which it leaves.", dict[str, str], status=202),
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
_DESK = (CASES, CASES_COUNT, CASES_CSV, CASES_XLSX, VIEWS, SAVE_VIEW, REMOVE_VIEW, PEOPLE, ABSENCE, PRESENCE)
OUTLINES = _reference(
    "listWardOutlines", "/v1/wards/outlines", "The wards' outlines, if the operator has given them.", answers.WardOutlines
)
_LISTS = (OFFICES, CATEGORIES, WARDS, OUTLINES)
_QUEUES = (QUEUE, QUEUE_EVENTS, QUEUE_CASE, CASE_FILE)
_NOTICES = (NOTICES, SUBSCRIBE, NOTICE_LINK)
_PETITIONS = (PETITION, PETITION_EVENTS, SHARED, PETITION_FILE)
OPERATIONS = (*_NOTICES, *_PETITIONS, *_QUEUES, *_DESK, *contract_digest.OPERATIONS, *contract_casework.OPERATIONS, IOC, *_LISTS)
