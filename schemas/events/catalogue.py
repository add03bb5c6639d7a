"""The catalogue of event types: type name, model, topic. Everything that reads or writes an event goes through it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from schemas.events.actions import ACTION, TextUsed
from schemas.events.case import CASE_EVENTS
from schemas.events.intake import PetitionClassified, PetitionSubmitted
from schemas.events.models import ModelPromoted
from schemas.events.topics import ACTIONS, CLASSIFIED, EVENTS, INTAKE, MODELS, Topic

PREFIX = "vn.hanoi.petition."


def type_name(what: str, version: int = 1) -> str:
    return f"{PREFIX}{what}.v{version}"


def what_of(type_: str) -> str:
    """`vn.hanoi.petition.assigned.v1` → `assigned`."""
    return type_.removeprefix(PREFIX).rpartition(".v")[0]


@dataclass(frozen=True, slots=True)
class EventType:
    type: str
    topic: Topic
    adapter: TypeAdapter[Any]
    what: str


SUBMITTED = EventType(type_name("submitted"), INTAKE, TypeAdapter(PetitionSubmitted), "A citizen's petition came in through a channel.")
CLASSIFIED_TYPE = EventType(
    type_name("classified"), CLASSIFIED, TypeAdapter(PetitionClassified), "A petition was given category, level, place and office."
)
ACTION_REQUESTED = EventType(
    type_name("action-requested"), ACTIONS, ACTION, "An office, a superior or a citizen asks for something on a case."
)
TEXT_USED = EventType(
    type_name("text-used"),
    ACTIONS,
    TypeAdapter(TextUsed),
    "An office answered in these words: told to every partition, under the office's key.",
)

MODEL_PROMOTED = EventType(
    type_name("model-promoted"), MODELS, TypeAdapter(ModelPromoted), "Another text model was put in place for the classify stage."
)

EVENT_TYPES: dict[str, EventType] = {
    entry.type: entry
    for entry in (
        SUBMITTED,
        CLASSIFIED_TYPE,
        ACTION_REQUESTED,
        TEXT_USED,
        MODEL_PROMOTED,
        *(EventType(type_name(model.what), EVENTS, TypeAdapter(model), (model.__doc__ or model.what).strip()) for model in CASE_EVENTS),
    )
}
