"""The calls that put something in, as the published contract has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Union, get_args

from pydantic import AwareDatetime, BaseModel, Field, create_model

from producers.files.claims import Claims
from producers.http import bulk, templates, upload_contract
from producers.http.additions import Addition
from producers.http.same import SameAs
from producers.intake.requests import Contact, PetitionRequest
from schemas.authority import CITIZEN_ACTIONS, OFFICE_ACTIONS
from schemas.events.actions import Action
from schemas.events.base import PetitionId
from schemas.events.standing import State
from schemas.web.contract import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    NO_FILE,
    NO_JSON,
    NO_KEY_REUSE,
    NO_OFFICE,
    OFFICE_CODE,
    PETITION_ID,
    TRACKING_CODE,
    Answer,
    Body,
    Caller,
    Operation,
    Parameter,
)

GIVEN = ("petition_id", "actor", "requested_at", "templates", "mentions")
"""What an action event has beside the caller's own words: the service fills it in, whoever writes it is refused."""


class Receipt(BaseModel):
    """Kafka has the petition, and so it will be answered."""

    petition_id: PetitionId
    tracking_code: str = Field(description="The citizen's key to the petition: hand it over, do not keep it.", examples=["7KMA-2PXD-49RC"])
    status_url: str = Field(description="Where the petition stands, for the citizen.")
    events_url: str = Field(description="The same as it happens (Server-Sent Events).")


class EarlierPetition(BaseModel):
    petition_id: PetitionId
    state: State
    category: str
    received_at: AwareDatetime


class ContactAnswer(Contact):
    """`earlier`: what the same citizen, by his phone number, has reported to this office besides, the newest first."""

    earlier: list[EarlierPetition]


class ActionReceipt(BaseModel):
    """Kafka has the action; whether it may happen is decided by the case, and told as an event of the petition."""

    action_id: str
    petition_id: PetitionId


def _asked_for(names: Sequence[str]) -> Any:
    """The bodies of these actions as one union, told apart by `action`."""
    return Annotated[Union[tuple(_models(names))], Field(discriminator="action")]  # noqa: UP007 — the models are found at run time


def _models(names: Sequence[str]) -> list[type[BaseModel]]:
    return [without_given(model) for model in get_args(Action) if model.model_fields["action"].default in names]


def _on_many(names: Sequence[str]) -> Any:
    """The same, each with the petitions that it is asked for on."""
    more: dict[str, Any] = {"petition_ids": (list[PetitionId], Field(min_length=1, max_length=bulk.AT_MOST)), "preview": (bool, False)}
    models = [create_model(f"{model.__name__}OnMany", __base__=model, __doc__=model.__doc__, **more) for model in _models(names)]
    return Annotated[Union[tuple(models)], Field(discriminator="action")]  # noqa: UP007 — the models are found at run time


def without_given(model: type[BaseModel]) -> type[BaseModel]:
    fields: dict[str, Any] = {name: (field.annotation, field) for name, field in model.model_fields.items() if name not in GIVEN}
    fields["action"] = (model.model_fields["action"].annotation, ...)
    if "files" in fields:
        fields["files"] = (Claims, Field((), description="Uploaded files, each with the token of its upload."))
    return create_model(f"{model.__name__}Request", __doc__=model.__doc__, **fields)


SUBMIT = Operation(
    name="submitPetition",
    method="POST",
    path="/v1/petitions",
    tag="Intake",
    summary="Hand in a petition.",
    description=(
        "202 comes only after Kafka has the petition. The same `channel` and `external_id` (or the same `Idempotency-Key`) with the "
        "same content is always the same petition, so a repeat is safe. The channel `sandbox` is for trying out: its petitions go "
        "the whole way but to no office."
    ),
    caller=Caller.INTAKE_APP,
    parameters=(IDEMPOTENCY_KEY,),
    body=Body(
        PetitionRequest,
        {
            "words": {"channel": "sandbox", "external_id": "A-17", "text": "Đèn đường ngõ 12 phố Huế hỏng ba hôm nay"},
            "place, picture and contact": {
                "channel": "sandbox",
                "external_id": "A-18",
                "text": "Hố ga mất nắp trước số 12 phố Hàng Bè",
                "location": {"lat": 21.0337, "long": 105.8549, "address": "12 phố Hàng Bè"},
                "media_urls": ["https://anh.example.vn/ho-ga.jpg"],
                "contact": {"name": "Nguyễn Văn An", "phone": "0912 345 678"},
                "category": "drainage",
            },
        },
    ),
    answer=Answer("Taken in.", Receipt, 202),
    refusals=(
        *NO_JSON,
        *NO_KEY_REUSE,
        *NO_FILE,
        (401, "no-key"),
        (401, "unknown-key"),
        (403, "foreign-channel"),
        (503, "kafka-unavailable"),
        (503, "overloaded"),
        (503, "database-unavailable"),
    ),
)
ADD = Operation(
    name="addToPetition",
    method="POST",
    path="/v1/additions",
    tag="Intake",
    summary="Hand in what a petitioner adds.",
    description=(
        "To the petition that has one of these ids in the channel, or one of these codes: a channel in which people answer a message, "
        "like a mailbox, may know several. A question of the office is answered so, too."
    ),
    caller=Caller.INTAKE_APP,
    parameters=(IDEMPOTENCY_KEY,),
    body=Body(
        Addition, {"by the channel's id": {"external_ids": ["A-18"], "text": "Hố ga ở ngay trước cổng trường, chiều nay đã có cháu ngã."}}
    ),
    answer=Answer("Taken in; the case decides.", ActionReceipt, 202),
    refusals=(
        *NO_JSON,
        *NO_KEY_REUSE,
        *NO_FILE,
        (401, "no-key"),
        (401, "unknown-key"),
        (404, "unknown-petition"),
        (409, "takes-no-addition"),
        (503, "kafka-unavailable"),
        (503, "database-unavailable"),
    ),
)
CITIZEN_ACTION = Operation(
    name="actAsCitizen",
    method="POST",
    path="/v1/petitions/{tracking_code}/actions",
    tag="Citizens",
    summary="Rate, reopen, withdraw or add to a petition.",
    parameters=(TRACKING_CODE, IDEMPOTENCY_KEY),
    body=Body(_asked_for(CITIZEN_ACTIONS), {"rate": {"action": "rate", "stars": 5, "comment": "Xử lý nhanh, cảm ơn."}}),
    answer=Answer("Taken in; the case decides.", ActionReceipt, 202),
    refusals=(
        *NO_JSON,
        *NO_KEY_REUSE,
        *NO_FILE,
        (404, "bad-code"),
        (404, "unknown-petition"),
        (422, "unknown-action"),
        (503, "kafka-unavailable"),
        (503, "database-unavailable"),
    ),
)
SAME_AS = Operation(
    name="saySameAs",
    method="POST",
    path="/v1/petitions/{tracking_code}/same-as",
    tag="Citizens",
    summary="Say that another petition, found nearby, is the same matter; a person of the offices looks at both and joins them.",
    parameters=(TRACKING_CODE,),
    body=Body(SameAs, {"found-nearby": {"number": "m7jzq4x2kd3v5t6wbn2oy4hrce"}}),
    answer=Answer("Taken in; an office decides.", ActionReceipt, 202),
    refusals=(*NO_JSON, (404, "bad-code"), (404, "unknown-petition"), (503, "kafka-unavailable"), (503, "database-unavailable")),
)
OFFICE_ACTION = Operation(
    name="actAsOffice",
    method="POST",
    path="/v1/departments/{code}/queue/{petition_id}/actions",
    tag="Offices",
    summary="Work on a petition of the office's queue.",
    caller=Caller.OFFICE,
    parameters=(OFFICE_CODE, PETITION_ID, IDEMPOTENCY_KEY, IF_MATCH),
    body=Body(
        _asked_for(OFFICE_ACTIONS),
        {
            "accept": {"action": "accept"},
            "answer": {
                "action": "answer",
                "result": "done",
                "text": "Đội chiếu sáng đã thay bóng đèn trước số 12 phố Huế, đèn sáng lại từ 19 giờ tối nay.",
                "evidence_urls": ["https://anh.example.vn/den.jpg"],
            },
        },
    ),
    answer=Answer("Taken in; the case decides.", ActionReceipt, 202),
    refusals=(
        *NO_OFFICE,
        *NO_JSON,
        *NO_KEY_REUSE,
        *NO_FILE,
        (403, "not-in-queue"),
        (403, "not-allowed"),
        (404, "unknown-petition"),
        (412, "case-changed"),
        (422, "unknown-colleague"),
        (422, "unknown-action"),
        (503, "kafka-unavailable"),
        (503, "database-unavailable"),
    ),
)
CONTACT = Operation(
    name="readContact",
    method="GET",
    path="/v1/departments/{code}/queue/{petition_id}/contact",
    tag="Offices",
    summary="Whom the office deals with, and what else he has reported to it, for a day after its reason is on record "
    "(action reveal-contact).",
    caller=Caller.OFFICE,
    parameters=(OFFICE_CODE, PETITION_ID),
    answer=Answer("The contact.", ContactAnswer),
    refusals=(*NO_OFFICE, (403, "not-revealed"), (404, "unknown-petition"), (404, "no-contact"), (503, "database-unavailable")),
)
BULK_ACTION = Operation(
    name="actOnMany",
    method="POST",
    path="/v1/departments/{code}/actions",
    tag="Offices",
    summary="One action on many petitions of the office's queue.",
    description="Each for itself, as if it had been asked for alone. With `preview` nothing happens, and each says what stands against it.",
    caller=Caller.OFFICE,
    parameters=(OFFICE_CODE, IDEMPOTENCY_KEY),
    body=Body(
        _on_many(bulk.BULK_ACTIONS),
        {
            "preview": {"action": "accept", "petition_ids": ["0123456789abcdef0123456789"], "preview": True},
            "transfer": {
                "action": "transfer",
                "petition_ids": ["0123456789abcdef0123456789"],
                "to_office": "so-nnmt",
                "reason": "Cây xanh do Sở Nông nghiệp và Môi trường quản lý",
            },
        },
    ),
    answer=Answer("An outcome for each case; the case stage decides on what was taken in.", bulk.BulkOutcome),
    refusals=(
        *NO_OFFICE,
        *NO_JSON,
        (400, "bad-idempotency-key"),
        (422, "unknown-action"),
        (503, "kafka-unavailable"),
        (503, "database-unavailable"),
    ),
)
_NAME = Parameter(
    "name", "The template's name.", {"type": "string", "minLength": 1, "maxLength": templates.NAME_AT_MOST}, "path", "Đèn đường"
)
KEEP_TEMPLATE = Operation(
    name="keepTemplate",
    method="PUT",
    path="/v1/departments/{code}/templates/{name}",
    tag="Offices",
    summary="Keep a template of replies.",
    description="New, or in the place of the one with this name. What an answer has of a template does not count as its substance.",
    caller=Caller.OFFICE,
    parameters=(OFFICE_CODE, _NAME),
    body=Body(templates.TemplateText, {"lamps": {"text": "Tổ chiếu sáng đã đến {street}. Kết quả: {đã làm gì, lúc nào}."}}),
    answer=Answer("As it is kept.", templates.KeptTemplate),
    refusals=(*NO_OFFICE, *NO_JSON, (409, "too-many-templates"), (503, "database-unavailable")),
)
DROP_TEMPLATE = Operation(
    name="dropTemplate",
    method="DELETE",
    path="/v1/departments/{code}/templates/{name}",
    tag="Offices",
    summary="Delete a template of replies.",
    caller=Caller.OFFICE,
    parameters=(OFFICE_CODE, _NAME),
    answer=Answer("It is gone.", dict[str, Any]),
    refusals=(*NO_OFFICE, (404, "unknown-template"), (503, "database-unavailable")),
)
_OFFICES = (OFFICE_ACTION, CONTACT, BULK_ACTION, KEEP_TEMPLATE, DROP_TEMPLATE)
OPERATIONS = (SUBMIT, ADD, CITIZEN_ACTION, SAME_AS, *_OFFICES, *upload_contract.OPERATIONS)
