"""One JSON Schema (2020-12) for each event type."""

from __future__ import annotations

from typing import Any

import orjson

from schemas.events.catalogue import EVENT_TYPES, PREFIX, EventType

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def file_name(type_: str) -> str:
    """`vn.hanoi.petition.assigned.v1` → `assigned.v1.schema.json`."""
    return f"{type_.removeprefix(PREFIX)}.schema.json"


def schema_of(entry: EventType) -> dict[str, Any]:
    body = entry.adapter.json_schema()
    head = {"$schema": DIALECT, "$id": f"urn:hanoi-petitions:{entry.type}", "title": entry.type, "description": entry.what}
    return {**body, **head}


def files() -> dict[str, str]:
    """Text by file name."""
    return {file_name(entry.type): render(schema_of(entry)) for entry in EVENT_TYPES.values()}


def render(document: dict[str, Any]) -> str:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE).decode()
