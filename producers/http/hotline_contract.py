"""The hotline's calls that put something in, as the published contract has them."""

from __future__ import annotations

from producers.http.contract import ActionReceipt, Receipt
from producers.intake.requests import WebPetition
from schemas.events.actions import Note
from schemas.events.phones import OfCaller
from schemas.web.contract import (
    IDEMPOTENCY_KEY,
    NO_DUTY,
    NO_FILE,
    NO_JSON,
    NO_KEY_REUSE,
    PETITION_ID,
    Answer,
    Body,
    Caller,
    Operation,
    Refusal,
)

_TAG = "Hotline"
_AWAY: tuple[Refusal, ...] = ((503, "kafka-unavailable"), (503, "database-unavailable"))


class CallersAddition(OfCaller):
    text: Note


ENTER = Operation(
    name="enterForCaller",
    method="POST",
    path="/v1/hotline/petitions",
    tag=_TAG,
    summary="Enter a petition for a caller, on the channel `hotline`.",
    description="By a person whose duty it is, in a session. The number to call back is its contact.",
    caller=Caller.OFFICE,
    parameters=(IDEMPOTENCY_KEY,),
    body=Body(WebPetition, {"a call": {"text": "Cây đổ chắn ngõ 12 phố Huế", "contact": {"phone": "0912 345 678"}}}),
    answer=Answer("Taken in.", Receipt, 202),
    refusals=(*NO_DUTY, *NO_JSON, *NO_KEY_REUSE, *NO_FILE, (503, "overloaded"), *_AWAY),
)
LOOK_UP = Operation(
    name="lookUpForCaller",
    method="POST",
    path="/v1/hotline/petitions/{petition_id}/look-ups",
    tag=_TAG,
    summary="Put on record that a petition is opened for its caller, who reads it.",
    caller=Caller.OFFICE,
    parameters=(PETITION_ID,),
    body=Body(OfCaller, {"a caller": {"phone": "0912 345 678"}}),
    answer=Answer("Taken in; the petition can be read once the case has it.", ActionReceipt, 202),
    refusals=(*NO_DUTY, *NO_JSON, (404, "unknown-petition"), *_AWAY),
)
ADD_FOR_CALLER = Operation(
    name="addForCaller",
    method="POST",
    path="/v1/hotline/petitions/{petition_id}/additions",
    tag=_TAG,
    summary="Add what its caller says to a petition.",
    caller=Caller.OFFICE,
    parameters=(PETITION_ID, IDEMPOTENCY_KEY),
    body=Body(CallersAddition, {"more": {"phone": "0912 345 678", "text": "Cây vẫn chưa được dọn, nay chắn cả hai làn."}}),
    answer=Answer("Taken in; the case decides.", ActionReceipt, 202),
    refusals=(*NO_DUTY, *NO_JSON, *NO_KEY_REUSE, (404, "unknown-petition"), *_AWAY),
)
OPERATIONS = (ENTER, LOOK_UP, ADD_FOR_CALLER)
