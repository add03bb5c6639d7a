"""The whole of what flows over Kafka as one AsyncAPI 3.0 document: channels are topics, messages are event types."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from schemas.events.catalogue import EVENT_TYPES, PREFIX, EventType
from schemas.events.topics import (
    ACTIONS,
    CHANNEL_PREFIX,
    CHANNELS,
    CLASSIFIED,
    DEAD_LETTERS,
    EVENTS,
    INTAKE,
    MODELS,
    OFFICE_PREFIX,
    QUEUE_PREFIX,
    Topic,
)
from schemas.publishing.json_schema import render
from schemas.reference import offices

Json = dict[str, Any]
_REF = "#/components/schemas/{model}"
_READABLE = (INTAKE, CLASSIFIED, ACTIONS, EVENTS, MODELS)


def files() -> dict[str, str]:
    return {"asyncapi.json": render(document())}


def document() -> Json:
    payloads, definitions = _schemas()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Hanoi petitions",
            "version": "1.0.0",
            "description": "Petitions as CloudEvents 1.0 (binary mode) over Kafka; the key is the petition id (or a model's version).",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            **{_name(topic): _channel(topic) for topic in _READABLE},
            "queue": _many(f"{QUEUE_PREFIX}{{office}}", "What one office must know: the events of its own petitions, in order.", EVENTS),
            "office-actions": _many(f"{OFFICE_PREFIX}{{office}}", "What one office's own system asks for, as that office alone.", ACTIONS),
            "channel-intake": _many(f"{CHANNEL_PREFIX}{{channel}}", "Petitions of one channel's own system, as its own.", INTAKE),
            "dead-letters": _dead_letters(),
        },
        "operations": _operations(),
        "components": {
            "messages": {
                **{_what(entry): _message(entry) for entry in EVENT_TYPES.values()},
                "dead-letter": _dead_letter_message(),
            },
            "messageTraits": {"cloudevent": {"headers": _headers(), "contentType": "application/json"}},
            "schemas": {**definitions, **payloads, **_keys()},
        },
    }


def _keys() -> Json:
    return {
        "PetitionKey": {"type": "string", "pattern": "^[0-9a-f]{26}$"},
        "ModelKey": {"type": "string", "pattern": "^[a-z]+-[0-9a-f]{12}$"},
    }


def _schemas() -> tuple[Json, Json]:
    """Payload by event type, and the definitions that they share."""
    adapters = [(entry.type, "validation", entry.adapter) for entry in EVENT_TYPES.values()]
    found, shared = TypeAdapter.json_schemas(adapters, ref_template=_REF)  # type: ignore[arg-type]
    return {str(type_): schema for (type_, _), schema in found.items()}, dict(shared.get("$defs", {}))


def _what(entry: EventType) -> str:
    return entry.type.removeprefix(PREFIX)


def _name(topic: Topic) -> str:
    return topic.name.removeprefix("petitions.")


def _kafka(topic: str) -> Json:
    return {"kafka": {"topic": topic, "bindingVersion": "0.5.0"}}


def _references(topic: Topic) -> Json:
    return {_what(entry): {"$ref": f"#/components/messages/{_what(entry)}"} for entry in EVENT_TYPES.values() if entry.topic is topic}


def _channel(topic: Topic) -> Json:
    return {"address": topic.name, "description": topic.what, "messages": _references(topic), "bindings": _kafka(topic.name)}


def _many(address: str, description: str, like: Topic) -> Json:
    """A topic an office, or a channel, with the messages of another topic."""
    who = {"office": {"description": "Code of the office.", "enum": list(offices())}}
    if "{channel}" in address:
        who = {"channel": {"description": "Name of the intake channel.", "enum": list(CHANNELS)}}
    return {"address": address, "description": description, "parameters": who, "messages": _references(like)}


def _dead_letters() -> Json:
    return {
        "address": DEAD_LETTERS.name,
        "description": DEAD_LETTERS.what,
        "messages": {"dead-letter": {"$ref": "#/components/messages/dead-letter"}},
        "bindings": _kafka(DEAD_LETTERS.name),
    }


def _operations() -> Json:
    """From the pipeline's point of view: it receives petitions and actions and sends all else."""
    return {
        "receive-petition": _operation("receive", "intake", "Intake channels hand in petitions."),
        "send-classified": _operation("send", "classified", "The classifier's verdict."),
        "receive-action": _operation("receive", "actions", "Offices, superiors and citizens ask for something on a case."),
        "send-event": _operation("send", "events", "What happened to a case."),
        "receive-office-action": _operation("receive", "office-actions", "An office's own system asks for something as itself."),
        "receive-channel-petition": _operation("receive", "channel-intake", "A channel's own system hands in petitions as itself."),
        "send-to-office": _operation("send", "queue", "Each office gets the events of its own petitions."),
        "send-model-promoted": _operation("send", "models", "Another text model was put in place."),
        "send-dead-letter": _operation("send", "dead-letters", "Rejected input, with the reason."),
    }


def _operation(action: str, channel: str, summary: str) -> Json:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "summary": summary}


def _key(topic: Topic) -> str:
    return "ModelKey" if topic is MODELS else "PetitionKey"


def _message(entry: EventType) -> Json:
    return {
        "name": entry.type,
        "title": _what(entry),
        "summary": entry.what,
        "traits": [{"$ref": "#/components/messageTraits/cloudevent"}],
        "payload": {"$ref": f"#/components/schemas/{entry.type}"},
        "bindings": {"kafka": {"key": {"$ref": f"#/components/schemas/{_key(entry.topic)}"}, "bindingVersion": "0.5.0"}},
    }


def _dead_letter_message() -> Json:
    names = ("topic", "partition", "offset", "stage", "exception.class.name", "exception.message")
    properties = {f"__connect.errors.{name}": {"type": "string"} for name in names}
    return {
        "name": "dead-letter",
        "summary": "Key, value and headers as they were, and why the record was rejected.",
        "headers": {"type": "object", "properties": properties, "required": list(properties)},
        "payload": {},
    }


def _headers() -> Json:
    properties: Json = {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {
            "type": "string",
            "maxLength": 200,
            "description": "Recognises a repeat: derived events have deterministic ids.",
        },
        "ce_source": {"type": "string"},
        "ce_type": {"type": "string", "enum": list(EVENT_TYPES)},
        "ce_subject": {"type": "string", "description": "The petition id."},
        "ce_time": {"type": "string", "format": "date-time", "description": "Informs; what counts is the broker's append time."},
        "content-type": {"const": "application/json"},
    }
    return {"type": "object", "properties": properties, "required": ["ce_specversion", "ce_id", "ce_source", "ce_type"]}
